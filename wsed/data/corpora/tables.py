"""A user's own recordings with tables of labels."""

from collections.abc import Mapping
from pathlib import Path

from wsed.data.annotations import columns_of
from wsed.data.corpora.base import Clip, strong_clips, weak_clips
from wsed.data.corpus_info import CorpusInfo


class Tables:
    """Recordings in one folder each part, with a table of weak labels or of strong ones.

    Args:
        root: that the other paths start from.
        tables: by part, `filename event_labels` or `filename onset offset event_label`, separated by tabs or commas.
        audio: by part, the folder of its recordings.
    """

    info = CorpusInfo(
        "your own recordings with tables of labels",
        "yours",
        "",
        (
            "train.tsv (filename, event_labels)",
            "test.tsv (filename, onset, offset, event_label)",
            "audio/*.wav, .flac, .ogg, .mp3",
        ),
    )

    def __init__(self, root: str, tables: Mapping[str, str], audio: Mapping[str, str]) -> None:
        self.root = Path(root)
        self.tables = dict(tables)
        self.audio = dict(audio)
        self.parts = tuple(tables)

    def clips(self, part: str) -> list[Clip]:
        """See `Corpus`. A table with a column `onset` has strong labels."""
        table = self.root / self.tables[part]
        folder = self.root / self.audio.get(part, ".")
        return strong_clips(table, folder) if "onset" in columns_of(table) else weak_clips(table, folder)
