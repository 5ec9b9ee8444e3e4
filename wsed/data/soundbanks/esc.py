"""ESC-10 and ESC-50: real recordings of everyday sounds (Piczak 2015)."""

import math

from torch import Tensor

from wsed.checks.ranges import DecibelsBelowZero, Labels, PathText, SecondsOrInfinite
from wsed.data.audio.cache import AudioCache
from wsed.data.audio.trimming import trim_silence
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader, check_categories
from wsed.data.table_reader import read_records
from wsed.errors import UserError

SILENCE = -90.0
"""dB relative to the loudest 20 ms of a background; whatever is softer at its ends is padding."""


class Esc10(FileSoundbankLoader):
    """Events and backgrounds from a folder of ESC-10 or ESC-50 clips.

    The folder has `audio/` and `meta.csv` with the columns `filename, fold, category`; the official layout of ESC-50
    (`meta/esc50.csv`) is read as well. Takes of one original recording, `FOLD-ID-TAKE`, share a fold. Clips are padded
    with silence and may have several events with long pauses between them. Silence in events is removed, except for
    short pauses; in backgrounds, only the digital silence at their ends is removed.

    Args:
        root: the folder.
        audio: reads the recordings.
        labels: categories that are events, in the order of the `class` axis.
        scenes: categories that are backgrounds.
        threshold: dB relative to the loudest 20 ms of an event, negative; frames below it are silent.
        pause: seconds; longer pauses in an event are shortened to it.
    """

    info = CorpusInfo(
        "2,000 clips of 5 s of 50 everyday sounds, of which ESC-10 is 400 of ten",
        "CC BY-NC 3.0; ESC-10 CC BY 3.0",
        "https://github.com/karolpiczak/ESC-50",
        ("audio/FOLD-ID-TAKE-TARGET.wav", "meta/esc50.csv (filename, fold, category), or meta.csv"),
    )

    def __init__(
        self,
        root: PathText,
        audio: AudioCache,
        labels: Labels,
        scenes: Labels,
        threshold: DecibelsBelowZero,
        pause: SecondsOrInfinite,
    ) -> None:
        super().__init__(root, audio, labels)
        self.scenes = tuple(scenes)
        self.threshold = threshold
        self.pause = pause

    def entries(self) -> list[Entry]:
        tables = [self.root / "meta.csv", self.root / "meta" / "esc50.csv"]
        table = next((path for path in tables if path.is_file()), None)
        if table is None:
            raise UserError(f"data.root={self.root}: has no meta.csv; point data.root at the folder of ESC-10")
        rows = read_records(table, ("filename", "fold", "category"))
        check_categories(self.labels, self.scenes, list({row["category"] for row in rows}), self.root)
        return [
            Entry(
                id=row["filename"],
                path=row.path(self.root / "audio", "filename"),
                label=row["category"],
                is_event=row["category"] in self.labels,
                fold=row.whole_number("fold"),
                group="-".join(row["filename"].split(".")[0].split("-")[:2]),
            )
            for row in rows
            if row["category"] in self.labels + self.scenes
        ]

    def prepare(self, entry: Entry, samples: Tensor) -> Tensor:
        threshold, pause = (self.threshold, self.pause) if entry.is_event else (SILENCE, math.inf)
        return trim_silence(samples, self.audio.sample_rate, threshold, pause)
