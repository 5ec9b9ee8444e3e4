"""Clips from label tables in the formats of DCASE."""

from pathlib import Path

import pandas as pd

from wsed.checks.names import below
from wsed.data.annotations import EVENT_COLUMNS, read_events, read_filenames, read_weak
from wsed.data.corpora.base import Clip
from wsed.prediction import Event


def weak_clips(table: Path, audio: Path) -> list[Clip]:
    """The clips of a table `filename event_labels`.

    Args:
        table: table of weak labels, see `wsed.data.annotations.read_weak`.
        audio: the folder of the recordings.
    """
    return [
        Clip(filename, below(audio, filename, f"{table}, row {row}"), tags, None, table, (row,))
        for filename, (row, tags) in read_weak(table).items()
    ]


def strong_clips(table: Path, audio: Path) -> list[Clip]:
    """The clips of a table `filename onset offset event_label`.

    Args:
        table: table of strong labels, see `wsed.data.annotations.read_events`.
        audio: the folder of the recordings.
    """
    found = read_events(table)
    events: dict[str, list[Event]] = {}
    rows: dict[str, list[int]] = {}
    paths: dict[str, Path] = {}
    for row, filename, onset, offset, label in zip(
        found.attrs["rows"], *(found[column] for column in EVENT_COLUMNS), strict=True
    ):
        own = events.setdefault(filename, [])
        if filename not in paths:
            paths[filename] = below(audio, filename, f"{table}, row {row}")
        if pd.notna(label):
            own.append(Event(float(onset), float(offset), label))
            rows.setdefault(filename, []).append(row)
    return [
        Clip(
            filename=filename,
            path=paths[filename],
            tags=frozenset(event.event_label for event in own),
            events=tuple(own),
            table=table,
            rows=tuple(rows.get(filename, ())),
        )
        for filename, own in events.items()
    ]


def unlabelled_clips(table: Path, audio: Path) -> list[Clip]:
    """The clips of a table that has only the column `filename`.

    Args:
        table: see `wsed.data.annotations.read_filenames`.
        audio: the folder of the recordings.
    """
    return [
        Clip(filename, below(audio, filename, f"{table}, row {row}"), frozenset(), None, table, (row,))
        for filename, row in read_filenames(table).items()
    ]
