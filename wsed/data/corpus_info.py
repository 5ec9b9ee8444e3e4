"""Facts about a corpus, which `wsed data list` shows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CorpusInfo:
    """Facts about a corpus. The class that reads the corpus has them in its attribute `info`.

    Attributes:
        content: description of the content in one line.
        licence: licence in one line.
        url: where to get the corpus; may be empty.
        layout: the files that the reader expects below the root folder, one line each.
    """

    content: str
    licence: str
    url: str
    layout: tuple[str, ...]
