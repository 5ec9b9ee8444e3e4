"""CorpusInfo: what `wsed data list` shows of a corpus."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CorpusInfo:
    """Facts for the reader of a corpus to declare, in its class attribute `info`.

    Attributes:
        content: what the corpus has, in one line.
        licence: in one line.
        url: where to get it; may be empty.
        layout: the files that the reader expects below its root, a line each.
    """

    content: str
    licence: str
    url: str
    layout: tuple[str, ...]
