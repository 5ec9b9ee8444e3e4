"""ESC-10: real recordings of ten everyday sounds (Piczak 2015)."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from wsed.data.audio import active_part
from wsed.data.audio_cache import AudioCache
from wsed.data.soundbank import Recording, Soundbank
from wsed.errors import UserError

COLUMNS = ("filename", "fold", "category")


class Esc10:
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

    def __init__(
        self,
        root: str,
        audio: AudioCache,
        labels: Sequence[str],
        scenes: Sequence[str],
        threshold: float,
        pause: float,
    ) -> None:
        self.root = Path(root)
        self.audio = audio
        self.labels = tuple(labels)
        self.scenes = tuple(scenes)
        self.threshold = threshold
        self.pause = pause

    def load(self) -> Soundbank:
        """Decodes, resamples and trims every recording of the chosen categories.

        Raises:
            UserError: a folder, a file or a category that is not there, or a file that cannot be used.
        """
        rows = self._rows()
        both = set(self.labels) & set(self.scenes)
        if both:
            raise UserError(f"{sorted(both)[0]} is in both data.labels and data.scenes; take it out of one")
        known = sorted({row["category"] for row in rows})
        for category in self.labels + self.scenes:
            if category not in known:
                raise UserError(f"category {category} is not in {self.root}; it has {', '.join(known)}")
        wanted = [row for row in rows if row["category"] in self.labels + self.scenes]
        events: list[Recording] = []
        backgrounds: list[Recording] = []
        read = self.audio.read([self.root / "audio" / row["filename"] for row in wanted], self.root.name, sounding=True)
        for row, samples in zip(wanted, read, strict=True):
            if samples is not None:
                recording = self._recording(row, samples)
                (events if recording.label in self.labels else backgrounds).append(recording)
        rate = self.audio.sample_rate
        return Soundbank(rate, self.labels, tuple(events), tuple(backgrounds), self.audio.skipped)

    def _rows(self) -> list[dict[str, str]]:
        tables = [self.root / "meta.csv", self.root / "meta" / "esc50.csv"]
        table = next((path for path in tables if path.is_file()), None)
        if table is None:
            raise UserError(f"data.root={self.root}: has no meta.csv; point data.root at the folder of ESC-10")
        with table.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise UserError(f"{table}: has no column {missing[0]}; it needs {', '.join(COLUMNS)}")
            return list(reader)

    def _recording(self, row: dict[str, str], samples: Tensor) -> Recording:
        event = row["category"] in self.labels
        threshold, pause = (self.threshold, self.pause) if event else (SILENCE, math.inf)
        samples = active_part(samples, self.audio.sample_rate, threshold, pause)
        group = "-".join(row["filename"].split(".")[0].split("-")[:2])
        return Recording(row["filename"], row["category"], int(row["fold"]), group, samples)


SILENCE = -90.0
"""dB below its loudest 20 ms at which the edge of a background is padding."""
