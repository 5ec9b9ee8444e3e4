"""DCASE 2017 task 4: warning and vehicle sounds of AudioSet, for smart cars."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from wsed.data.corpora.base import Clip
from wsed.data.corpus_info import CorpusInfo
from wsed.errors import UserError
from wsed.prediction import Event

LISTS = {
    "training": "training_set.csv",
    "testing": "testing_set.csv",
    "evaluation": "groundtruth_weak_label_evaluation_set.csv",
}
"""Tags of each part: `ID,start,end,"label,label",...`, or a row a label, `FILE start end label`, tab-separated."""

STRONG = {
    "testing": "groundtruth_strong_label_testing_set.csv",
    "evaluation": "groundtruth_strong_label_evaluation_set.csv",
}
"""Events: `FILE onset offset label`, tab-separated."""

FOLDERS = {
    "training": ("training", "unbalanced_train_segments_training_set_audio_formatted_and_segmented_downloads"),
    "testing": ("testing", "unbalanced_train_segments_testing_set_audio_formatted_and_segmented_downloads"),
    "evaluation": ("evaluation", "evaluation_set_formatted_audio_segments"),
}
"""Folders of recordings: a short name, and that of the published archive."""


class Dcase2017Task4:
    """Clips of up to 10 s; those for training have tags, those for testing and evaluation events as well.

    The lists are those of the organisers, without a header. A recording is called `ID_start_end.wav` there, with a `Y`
    in front of it in the published archives; both are found. Tags hold commas, as in `Air horn, truck horn`: a comma
    with a space behind it belongs to the label. Events of 0 to 0 s stand for a class that is heard and was not located,
    and are no events here.

    Args:
        root: holds the folders of recordings, and the lists in it, in `metadata/` or in `groundtruth_release/`.
    """

    info = CorpusInfo(
        "51,172 clips of 10 s of AudioSet with weak labels of 17 classes, 488 and 1,103 with strong ones",
        "CC BY 4.0 for the annotation, each clip its own",
        "https://github.com/ankitshah009/Task-4-Large-scale-weakly-supervised-sound-event-detection-for-smart-cars",
        (
            "training/, testing/, evaluation/ with [Y]ID_start_end.wav",
            "training_set.csv, testing_set.csv, and groundtruth_*.csv here, in metadata/ or in groundtruth_release/",
        ),
    )
    parts = tuple(LISTS)

    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def clips(self, part: str) -> list[Clip]:
        """See `Corpus`."""
        folder = next((self.root / name for name in FOLDERS[part] if (self.root / name).is_dir()), None)
        if folder is None:
            raise UserError(f"{self.root}: has no folder {' or '.join(FOLDERS[part])}; name that of the recordings so")
        tags: dict[str, set[str]] = {}
        rows: dict[str, int] = {}
        path = self._list(LISTS[part])
        for row, words in _rows(path):
            filename, labels = _tags(words, path, row)
            tags.setdefault(filename, set()).update(labels)
            rows.setdefault(filename, row)
        if part not in STRONG:
            return [
                Clip(filename, _recording(folder, filename), frozenset(labels), None, path, (rows[filename],))
                for filename, labels in tags.items()
            ]
        strong = self._list(STRONG[part])
        events = self._events(strong)
        return [
            Clip(
                filename,
                _recording(folder, filename),
                frozenset(labels),
                tuple(event for _, event in events.get(filename, ())),
                strong,
                tuple(row for row, _ in events.get(filename, ())) or (0,),
            )
            for filename, labels in tags.items()
        ]

    def _list(self, name: str) -> Path:
        places = [self.root / folder / name for folder in (".", "metadata", "groundtruth_release")]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise UserError(f"{self.root}: has no {name}, nor has its metadata/; put the organisers' lists there")
        return found

    def _events(self, path: Path) -> dict[str, list[tuple[int, Event]]]:
        """Of each clip, with their rows."""
        events: dict[str, list[tuple[int, Event]]] = {}
        for row, words in _rows(path):
            if len(words) < 4:
                raise UserError(f"{path}, row {row}: has {len(words)} columns; it needs file, onset, offset and label")
            onset, offset = (_number(word, path, row) for word in words[1:3])
            if onset == offset == 0:
                continue
            if not 0 <= onset < offset:
                raise UserError(f"{path}, row {row}: offset {offset:g} is not after onset {onset:g}; correct the row")
            events.setdefault(words[0], []).append((row, Event(onset, offset, words[3])))
        return events


def _rows(path: Path) -> Iterable[tuple[int, list[str]]]:
    """Rows of a list without a header, with their numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        separator = "\t" if "\t" in file.readline() else ","
        file.seek(0)
        for row, words in enumerate(csv.reader(file, delimiter=separator), 1):
            if words:
                yield row, [word.strip() for word in words]


def _tags(words: list[str], path: Path, row: int) -> tuple[str, list[str]]:
    if len(words) < 4 or not words[3]:
        raise UserError(f"{path}, row {row}: has no label; it needs recording, start, end and labels")
    if words[0].endswith(".wav"):
        return words[0], [words[3]]
    start, end = (_number(word, path, row) for word in words[1:3])
    return f"{words[0]}_{start:.3f}_{end:.3f}.wav", re.split(",(?! )", words[3])


def _number(word: str, path: Path, row: int) -> float:
    try:
        return float(word)
    except ValueError as error:
        raise UserError(f"{path}, row {row}: {word!r} is not a number of seconds; correct the row") from error


def _recording(folder: Path, filename: str) -> Path:
    """With the archives' `Y` where it is there with it."""
    with_y = folder / f"Y{filename}"
    return with_y if with_y.is_file() else folder / filename
