"""Reads and validates annotation files in the formats of DCASE: events, weak labels and durations."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from wsed.checks.names import shortened
from wsed.data.table_reader import LATEST, parse_numbers, read_table, refuse_duplicates
from wsed.errors import UserError

EVENT_COLUMNS = ("filename", "onset", "offset", "event_label")

TOLERANCE = 0.5
"""Seconds by which an event may exceed its recording, because published annotations are rounded."""


def read_durations(path: Path) -> dict[str, float]:
    """Reads a table `filename duration`.

    Returns:
        Seconds by filename.

    Raises:
        UserError: a value is invalid; the message names the file and the row.
    """
    table = read_table(path, ("filename", "duration"))
    durations = parse_numbers(table, "duration", path)
    for row, duration in zip(table.index, durations, strict=True):
        if not duration > 0:
            raise UserError(f"{path}, row {row}: duration {duration:g} is not above 0; give the clip's seconds")
        if duration > LATEST:
            raise UserError(f"{path}, row {row}: duration {duration:g} is more than a day; give the clip's seconds")
    refuse_duplicates(table, ["filename"], path)
    return dict(zip(table["filename"], durations.tolist(), strict=True))


def read_events(path: Path, durations: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Reads a table `filename onset offset event_label`, separated by tabs or commas; other columns are ignored.

    A row that has only a `filename` means that the clip has no events.

    Args:
        path: path of the file.
        durations: seconds by filename. An event may reach beyond the end of its clip, because systems pad all clips to
            one length, but not beyond the end of the longest clip.

    Returns:
        The four columns, times in seconds; rows without an event have NaN and None. `attrs["beyond"]` is the number of
        events that reach beyond the end of their clip, and `attrs["rows"]` has the line numbers in the file, from 1.

    Raises:
        UserError: naming the file and the row.
    """
    table = read_table(path, EVENT_COLUMNS)
    empty = table[["onset", "offset", "event_label"]].isna()
    partly = empty.any(axis=1) & ~empty.all(axis=1)
    if partly.any():
        row = partly.idxmax()
        column = next(column for column in empty.columns if empty.at[row, column])
        raise UserError(
            f"{path}, row {row}: has no {column}; fill it in, or leave a clip without events its name alone"
        )
    events = table[~empty.all(axis=1)]
    _check_times(events, path, durations or {})
    refuse_duplicates(events, list(EVENT_COLUMNS), path)
    refuse_duplicates(table[empty.all(axis=1)], ["filename"], path)
    checked = table[list(EVENT_COLUMNS)].astype({"onset": float, "offset": float})
    ends = checked["filename"].map(durations or {}).astype(float)
    checked.attrs["rows"] = list(table.index)
    checked.attrs["beyond"] = int((checked["offset"] > ends).sum())
    return checked.astype({"event_label": object}).reset_index(drop=True)


def _check_times(events: pd.DataFrame, path: Path, durations: Mapping[str, float]) -> None:
    """Checks that onsets and offsets are possible."""
    times = [parse_numbers(events, column, path) for column in ("onset", "offset")]
    latest = max(durations.values(), default=0.0) + TOLERANCE
    for row, filename, onset, offset in zip(events.index, events["filename"], *times, strict=True):
        if onset < 0:
            raise UserError(f"{path}, row {row}: onset {onset:g} is negative; times count from the start of the clip")
        if offset <= onset:
            raise UserError(f"{path}, row {row}: offset {offset:g} is not after onset {onset:g}; correct the row")
        if offset > LATEST:
            raise UserError(f"{path}, row {row}: offset {offset:g} is more than a day; give seconds")
        if filename in durations and offset > latest:
            raise UserError(
                f"{path}, row {row}: offset {offset:g} is beyond the {durations[filename]:g} s of "
                f"{shortened(filename)}; give seconds from the start of the clip"
            )


def read_weak(path: Path) -> dict[str, tuple[int, frozenset[str]]]:
    """Reads a table `filename event_labels`, labels separated by commas.

    A row that has only a `filename` means that the clip has no labels.

    Returns:
        By filename, in the order of the file: the line number, from 1, and the labels.

    Raises:
        UserError: naming the file and the row.
    """
    table = read_table(path, ("filename", "event_labels"))
    refuse_duplicates(table, ["filename"], path)
    tags: dict[str, tuple[int, frozenset[str]]] = {}
    for row, filename, text in zip(table.index, table["filename"], table["event_labels"].fillna(""), strict=True):
        labels = [label.strip() for label in text.split(",")] if text else []
        if not all(labels):
            raise UserError(
                f"{path}, row {row}: has an empty label in '{shortened(text)}'; separate labels by single commas"
            )
        tags[filename] = (row, frozenset(labels))
    return tags


def read_filenames(path: Path) -> dict[str, int]:
    """Reads the column `filename` of a table, which must have no duplicates.

    Returns:
        The line number of each filename, from 1.

    Raises:
        UserError: naming the file and the row.
    """
    table = read_table(path, ("filename",))
    refuse_duplicates(table, ["filename"], path)
    return dict(zip(table["filename"], table.index, strict=True))


def has_onsets(path: Path) -> bool:
    """Whether a table has strong labels: a column `onset` beside `filename`.

    Raises:
        UserError: the file is not a table with a column `filename`.
    """
    return "onset" in read_table(path, ("filename",)).columns


def check_known(table: pd.DataFrame, path: Path, column: str, known: Collection[str], where: str) -> None:
    """Checks that the reference has every clip or event class of a table.

    Args:
        table: a table that has the column.
        path: path of its file, for messages.
        column: `filename` or `event_label`.
        known: the values that are allowed.
        where: source of the allowed values, for messages.

    Raises:
        UserError: a value is not allowed; the message names the file and the value.
    """
    unknown = table[column].dropna()
    unknown = unknown[~unknown.isin(list(known))]
    if len(unknown):
        noun = "clip" if column == "filename" else "event class"
        raise UserError(
            f"{path}: {noun} {shortened(unknown.iloc[0])} is not in {where}; remove it there or add it here"
        )
