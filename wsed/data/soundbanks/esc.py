"""ESC-10 and ESC-50: real recordings of everyday sounds (Piczak 2015)."""

import math
from collections.abc import Sequence

from torch import Tensor

from wsed.data.audio.cache import AudioCache
from wsed.data.audio.io import active_part
from wsed.data.corpus_info import CorpusInfo
from wsed.data.csv_tables import read_table
from wsed.data.soundbanks.files import FileSoundbankLoader, Item, check_categories
from wsed.errors import UserError

SILENCE = -90.0
"""dB below its loudest 20 ms at which the edge of a background is padding."""


class Esc10(FileSoundbankLoader):
    """Events and backgrounds from a folder of ESC-10 clips.

    The folder holds `audio/` and `meta.csv` with the columns `filename, fold, category`; the official layout of ESC-50
    (`meta/esc50.csv`) is read as well. Takes of one original recording, `FOLD-ID-TAKE`, share a fold. Clips are padded
    with silence and may hold several events, far apart: an event is its sounding parts with short pauses, a background
    the part that is not digital silence.

    Args:
        root: the folder.
        audio: reads the recordings.
        labels: categories that are events, in the order of the `class` axis.
        scenes: categories that are backgrounds.
        threshold: dB below the loudest 20 ms of an event at which it counts as silent, negative.
        pause: seconds of silence that an event keeps at most of each pause in it.
    """

    info = CorpusInfo(
        "2,000 clips of 5 s of 50 everyday sounds, of which ESC-10 is 400 of ten",
        "CC BY-NC 3.0; ESC-10 CC BY 3.0",
        "https://github.com/karolpiczak/ESC-50",
        ("audio/FOLD-ID-TAKE-TARGET.wav", "meta/esc50.csv (filename, fold, category), or meta.csv"),
    )

    def __init__(
        self,
        root: str,
        audio: AudioCache,
        labels: Sequence[str],
        scenes: Sequence[str],
        threshold: float,
        pause: float,
    ) -> None:
        super().__init__(root, audio, labels)
        self.scenes = tuple(scenes)
        self.threshold = threshold
        self.pause = pause

    def items(self) -> list[Item]:
        tables = [self.root / "meta.csv", self.root / "meta" / "esc50.csv"]
        table = next((path for path in tables if path.is_file()), None)
        if table is None:
            raise UserError(f"data.root={self.root}: has no meta.csv; point data.root at the folder of ESC-10")
        rows = read_table(table, ("filename", "fold", "category"))
        check_categories(self.labels, self.scenes, list({row["category"] for row in rows}), self.root)
        return [
            Item(
                id=row["filename"],
                path=self.root / "audio" / row["filename"],
                label=row["category"],
                event=row["category"] in self.labels,
                fold=int(row["fold"]),
                group="-".join(row["filename"].split(".")[0].split("-")[:2]),
            )
            for row in rows
            if row["category"] in self.labels + self.scenes
        ]

    def prepare(self, item: Item, samples: Tensor) -> Tensor:
        threshold, pause = (self.threshold, self.pause) if item.event else (SILENCE, math.inf)
        return active_part(samples, self.audio.sample_rate, threshold, pause)
