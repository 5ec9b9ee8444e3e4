"""DCASE 2017 task 4: warning and vehicle sounds of AudioSet, for smart cars."""

import re
from pathlib import Path

from wsed.checks.names import below, shortened
from wsed.checks.ranges import PathText
from wsed.data.corpora.base import Clip
from wsed.data.corpus_info import CorpusInfo
from wsed.data.table_reader import LATEST, parse_number, read_rows
from wsed.errors import UserError
from wsed.prediction import Event

LISTS = {
    "training": "training_set.csv",
    "testing": "testing_set.csv",
    "evaluation": "groundtruth_weak_label_evaluation_set.csv",
}
"""File of weak labels of each part: rows `ID,start,end,"label,label",...`, or tab-separated `FILE start end label`."""

STRONG = {
    "testing": "groundtruth_strong_label_testing_set.csv",
    "evaluation": "groundtruth_strong_label_evaluation_set.csv",
}
"""File of the strong labels of each part: tab-separated `FILE onset offset label`."""

FOLDERS = {
    "training": ("training", "unbalanced_train_segments_training_set_audio_formatted_and_segmented_downloads"),
    "testing": ("testing", "unbalanced_train_segments_testing_set_audio_formatted_and_segmented_downloads"),
    "evaluation": ("evaluation", "evaluation_set_formatted_audio_segments"),
}
"""Names that the folder of recordings of each part may have: a short one, and the one in the published archive."""


class Dcase2017Task4:
    """Clips of up to 10 s. Training clips have weak labels; testing and evaluation clips also have strong labels.

    The lists are those of the organisers, without a header. They name a recording `ID_start_end.wav`; the published
    archives add a `Y` in front of this name, and both names are found. Labels contain commas, as in `Air horn, truck
    horn`: a comma followed by a space belongs to the label. An event from 0 to 0 s means that a class was heard but not
    located. Such an event is dropped, but the class stays among the tags.

    Args:
        root: the folder with the folders of recordings. The lists are in it, in `metadata/` or in
            `groundtruth_release/`.
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

    def __init__(self, root: PathText) -> None:
        self.root = Path(root)

    def clips(self, part: str) -> list[Clip]:
        """See `Corpus`."""
        folder = next((self.root / name for name in FOLDERS[part] if (self.root / name).is_dir()), None)
        if folder is None:
            raise UserError(
                f"{self.root}: has no folder {' or '.join(FOLDERS[part])}; rename the folder of the recordings"
            )
        weak = self._list(LISTS[part])
        tags, rows = _read_tags(weak)
        strong = self._list(STRONG[part]) if part in STRONG else None
        events = _read_events(strong) if strong else {}
        return [
            Clip(
                filename=filename,
                path=_recording(folder, filename, f"{weak}, row {rows[filename]}"),
                tags=frozenset(labels),
                events=tuple(event for _, event in events.get(filename, ())) if strong else None,
                table=strong or weak,
                rows=(tuple(row for row, _ in events.get(filename, ())) or (0,)) if strong else (rows[filename],),
            )
            for filename, labels in tags.items()
        ]

    def _list(self, name: str) -> Path:
        places = [self.root / folder / name for folder in (".", "metadata", "groundtruth_release")]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise UserError(f"{self.root}: has no {name}, nor has its metadata/; put the organisers' lists there")
        return found


def _read_tags(path: Path) -> tuple[dict[str, set[str]], dict[str, int]]:
    """By filename: the weak labels, and the first row that names the clip."""
    tags: dict[str, set[str]] = {}
    rows: dict[str, int] = {}
    for row, values in _rows(path):
        if len(values) < 4 or not values[3]:
            raise UserError(f"{path}, row {row}: has no label; it needs recording, start, end and labels")
        if values[0].endswith(".wav"):
            filename, labels = values[0], [values[3]]
        else:
            start, end = _times(values, path, row)
            filename, labels = f"{values[0]}_{start:.3f}_{end:.3f}.wav", re.split(",(?! )", values[3])
        own = tags.setdefault(filename, set())
        if own & set(labels):
            raise UserError(f"{path}, row {row}: is there twice ({shortened(filename)}); remove one")
        own.update(labels)
        rows.setdefault(filename, row)
    return tags, rows


def _read_events(path: Path) -> dict[str, list[tuple[int, Event]]]:
    """By filename: the strong labels, each with its row."""
    events: dict[str, list[tuple[int, Event]]] = {}
    for row, values in _rows(path):
        if len(values) < 4:
            raise UserError(f"{path}, row {row}: has {len(values)} columns; it needs file, onset, offset and label")
        onset, offset = _times(values, path, row)
        if onset == offset == 0:
            continue
        if not 0 <= onset < offset <= LATEST:
            raise UserError(f"{path}, row {row}: offset {offset:g} is not after onset {onset:g}; correct the row")
        event, own = Event(onset, offset, values[3]), events.setdefault(values[0], [])
        if any(event == other for _, other in own):
            raise UserError(f"{path}, row {row}: is there twice ({shortened(values[0])}); remove one")
        own.append((row, event))
    return events


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Line numbers and values of a list without a header."""
    return [(row, [value.strip() for value in values]) for row, values in read_rows(path)]


def _times(values: list[str], path: Path, row: int) -> tuple[float, float]:
    """Start and end in seconds, in the second and the third column of a row."""
    where = f"{path}, row {row}"
    return parse_number(values[1], "the start", where), parse_number(values[2], "the end", where)


def _recording(folder: Path, filename: str, where: str) -> Path:
    """The path of a recording, with the `Y` of the archives if such a file exists."""
    path = below(folder, filename, where)
    with_y = below(folder, f"Y{filename}", where)
    return with_y if with_y.is_file() else path
