"""Your own recordings with tables of labels."""

from pathlib import Path

from wsed.checks.ranges import Named, PathText
from wsed.data.annotations import has_onsets
from wsed.data.corpora.base import Clip
from wsed.data.corpora.label_tables import strong_clips, weak_clips
from wsed.data.corpus_info import CorpusInfo


class Tables:
    """For each part, a folder of recordings and a table of weak or strong labels.

    Args:
        root: the folder that the other paths are relative to.
        tables: by part, a table `filename event_labels` or `filename onset offset event_label`, separated by tabs or
            commas.
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

    def __init__(self, root: PathText, tables: Named[PathText], audio: Named[PathText]) -> None:
        self.root = Path(root)
        self.tables = dict(tables)
        self.audio = dict(audio)
        self.parts = tuple(tables)

    def clips(self, part: str) -> list[Clip]:
        """See `Corpus`. A table with a column `onset` has strong labels."""
        table = self.root / self.tables[part]
        folder = self.root / self.audio.get(part, ".")
        return strong_clips(table, folder) if has_onsets(table) else weak_clips(table, folder)
