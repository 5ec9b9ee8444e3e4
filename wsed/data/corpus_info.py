"""What `wsed data list` says of a corpus."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CorpusInfo:
    """Attributes: what it is; its licence; its home page, or empty; and the layout that its reader expects."""

    what: str
    licence: str
    home: str
    layout: tuple[str, ...]
