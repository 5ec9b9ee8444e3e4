"""Event, duration and score files in the field's formats, checked as they are read."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wsed.data.audio.io import SUFFIXES
from wsed.errors import UserError

EVENT_COLUMNS = ("filename", "onset", "offset", "event_label")
ROUNDING = 1e-3
"""Seconds by which times of frames may be off in a file."""

TOLERANCE = 0.5
"""Seconds by which an event may end after the longest clip: published annotation is rounded."""


def read_durations(path: Path) -> dict[str, float]:
    """Reads `filename duration`, in seconds.

    Raises:
        UserError: naming file and row.
    """
    table = _read(path, ("filename", "duration"))
    durations = _numbers(table, "duration", path)
    for row, duration in zip(table.index, durations, strict=True):
        if not duration > 0:
            raise UserError(f"{path}, row {row}: duration {duration:g} is not above 0; give the clip's seconds")
    _no_duplicates(table, ["filename"], path)
    return dict(zip(table["filename"], durations.tolist(), strict=True))


def read_events(path: Path, durations: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Reads `filename onset offset event_label`, tab- or comma-separated; other columns are ignored.

    A row with a `filename` alone says that the clip has no events.

    Args:
        path: of the file.
        durations: by filename; an event may reach beyond the end of its clip, since systems pad clips to one length,
            but not beyond the end of the longest.

    Returns:
        The four columns, times in seconds; rows without an event have NaN and None. `attrs["beyond"]` counts the events
        that reach beyond the end of their clip, and `attrs["rows"]` are the rows in the file, counted from 1 with the
        header.

    Raises:
        UserError: naming file and row.
    """
    table = _read(path, EVENT_COLUMNS)
    empty = table[["onset", "offset", "event_label"]].isna()
    partly = empty.any(axis=1) & ~empty.all(axis=1)
    if partly.any():
        row = partly.idxmax()
        lacking = next(column for column in empty.columns if empty.at[row, column])
        raise UserError(
            f"{path}, row {row}: has no {lacking}; fill it in, or leave a clip without events its name alone"
        )
    events = table[~empty.all(axis=1)]
    times = {column: _numbers(events, column, path) for column in ("onset", "offset")}
    for row, filename, onset, offset in zip(events.index, events["filename"], *times.values(), strict=True):
        if onset < 0:
            raise UserError(f"{path}, row {row}: onset {onset:g} is negative; times count from the start of the clip")
        if offset <= onset:
            raise UserError(f"{path}, row {row}: offset {offset:g} is not after onset {onset:g}; correct the row")
        if durations is not None and filename in durations and offset > max(durations.values()) + TOLERANCE:
            raise UserError(
                f"{path}, row {row}: offset {offset:g} is beyond the {durations[filename]:g} s of {filename}; "
                f"give seconds from the start of the clip"
            )
    _no_duplicates(events, list(EVENT_COLUMNS), path)
    checked = table[list(EVENT_COLUMNS)].astype({"onset": float, "offset": float})
    ends = checked["filename"].map(durations or {}).astype(float)
    checked.attrs["rows"] = list(table.index)
    checked.attrs["beyond"] = int((checked["offset"] > ends).sum())
    return checked.astype({"event_label": object}).reset_index(drop=True)


def read_weak(path: Path) -> dict[str, tuple[int, frozenset[str]]]:
    """Reads `filename event_labels`, labels separated by commas; a clip without any has a row with its name alone.

    Returns:
        By filename, in the order of the file: the row, counted from 1 with the header, and the labels.

    Raises:
        UserError: naming file and row.
    """
    table = _read(path, ("filename", "event_labels"))
    _no_duplicates(table, ["filename"], path)
    tags: dict[str, tuple[int, frozenset[str]]] = {}
    for row, filename, words in zip(table.index, table["filename"], table["event_labels"].fillna(""), strict=True):
        labels = [word.strip() for word in words.split(",")] if words else []
        if not all(labels):
            raise UserError(f"{path}, row {row}: has an empty label in {words!r}; separate labels by single commas")
        tags[filename] = (row, frozenset(labels))
    return tags


def read_filenames(path: Path) -> list[str]:
    """Reads the column `filename`, each of which is there once.

    Raises:
        UserError: naming file and row.
    """
    table = _read(path, ("filename",))
    _no_duplicates(table, ["filename"], path)
    return list(table["filename"])


def columns_of(path: Path) -> list[str]:
    """The columns of a table that has `filename` among them.

    Raises:
        UserError: it is no such table.
    """
    return list(_read(path, ("filename",)).columns)


def check_known(table: pd.DataFrame, path: Path, column: str, known: Collection[str], where: str) -> None:
    """Refuses a value of a column that the reference does not have.

    Raises:
        UserError: naming file, value and cure.
    """
    strange = table[column].dropna()
    strange = strange[~strange.isin(list(known))]
    if len(strange):
        noun = "clip" if column == "filename" else "event class"
        raise UserError(f"{path}: {noun} {strange.iloc[0]} is not in {where}; remove it there or add it here")


def read_scores(folder: Path, labels: Sequence[str], filenames: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Reads a folder of score files, `CLIP.tsv` with `onset offset` and a column of each class, for sed_scores_eval.

    Args:
        folder: of the files.
        labels: event classes that each file must have.
        filenames: of the clips, with or without suffix.

    Returns:
        By filename; the scores of each frame in [0, 1], in the order of `labels`.

    Raises:
        UserError: naming file and row.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder; --scores needs one with a CLIP.tsv for each clip")
    files = {path.stem: path for path in sorted(folder.glob("*.tsv"))}
    names = {_stem(filename): filename for filename in filenames}
    unknown = sorted(set(files) - set(names))
    if unknown:
        raise UserError(
            f"{files[unknown[0]]}: is of a clip that the reference does not have; remove it or add the clip"
        )
    lacking = sorted(set(names) - set(files))
    if lacking:
        raise UserError(f"{folder}: has no {lacking[0]}.tsv; write the scores of every clip of the reference")
    return {filename: _read_score_file(files[stem], labels) for stem, filename in names.items()}


def read_tags(path: Path, labels: Sequence[str], filenames: Sequence[str]) -> pd.DataFrame:
    """Reads clip probabilities, `filename` and a column of each class.

    Args:
        path: of the file.
        labels: event classes that it must have.
        filenames: of the clips that it must have.

    Raises:
        UserError: naming file and row.
    """
    table = _read(path, ("filename", *labels))
    for column in table.columns:
        if column not in ("filename", *labels):
            raise UserError(f"{path}: event class {column} is not in the reference; remove the column")
    _no_duplicates(table, ["filename"], path)
    check_known(table, path, "filename", filenames, "the reference")
    lacking = sorted(set(filenames) - set(table["filename"]))
    if lacking:
        raise UserError(f"{path}: has no row of clip {lacking[0]}; add one for every clip of the reference")
    values = pd.DataFrame({column: _numbers(table, column, path) for column in labels}, index=table.index)
    _in_unit_range(values, labels, path)
    return values.reset_index(drop=True).assign(filename=table["filename"].to_list())[["filename", *labels]]


def _in_unit_range(values: pd.DataFrame, labels: Sequence[str], path: Path) -> None:
    scores = values[list(labels)].to_numpy()
    outside = np.argwhere(~((scores >= 0) & (scores <= 1)))
    if len(outside):
        row, column = outside[0]
        raise UserError(
            f"{path}, row {values.index[row]}: score {scores[row, column]:g} of {labels[column]} is not between 0 and 1"
            "; give probabilities"
        )


def _stem(filename: str) -> str:
    """Without the suffix of an audio file; what else follows a dot belongs to the name."""
    path = Path(filename)
    return path.stem if path.suffix.lower() in SUFFIXES else path.name


def _read_score_file(path: Path, labels: Sequence[str]) -> pd.DataFrame:
    table = _read(path, ("onset", "offset", *labels))
    known = {"onset", "offset", *labels}
    for column in table.columns:
        if column not in known:
            raise UserError(f"{path}: event class {column} is not in the reference; remove the column")
    values = pd.DataFrame(
        {column: _numbers(table, column, path) for column in ("onset", "offset", *labels)}, index=table.index
    )
    _in_unit_range(values, labels, path)
    onsets, offsets = values["onset"].to_numpy(), values["offset"].to_numpy()
    bad = np.flatnonzero((offsets <= onsets) | (onsets < np.concatenate([[0.0], offsets[:-1]]) - ROUNDING))
    if len(bad):
        raise UserError(f"{path}, row {table.index[bad[0]]}: times do not increase; sort the frames by onset")
    apart = np.flatnonzero(onsets[1:] > offsets[:-1] + ROUNDING)
    if len(apart):
        row = table.index[apart[0] + 1]
        raise UserError(f"{path}, row {row}: does not begin where the frame before ends; give every frame")
    # sed_scores_eval wants them equal to the last bit.
    values["offset"] = np.append(onsets[1:], offsets[-1:])
    return values.reset_index(drop=True)


def _read(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """A table of strings; its index is the number of the line in the file."""
    if not path.is_file():
        raise UserError(f"{path}: is no file; check the path")
    try:
        with path.open(encoding="utf-8") as file:
            header = file.readline()
        separator = "\t" if "\t" in header or "," not in header else ","
        table = pd.read_csv(
            path, sep=separator, dtype=str, keep_default_na=False, na_values=[""], skip_blank_lines=False
        )
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        raise UserError(f"{path}: is not a table with one header line ({error}); separate columns by tabs") from error
    except pd.errors.EmptyDataError:
        table = pd.DataFrame(columns=list(columns), dtype=str)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UserError(f"{path}: has no column {missing[0]}; it needs {', '.join(columns)}")
    table.index = table.index + 2
    table = table.dropna(how="all")
    unnamed = table[columns[0]].isna()
    if unnamed.any():
        raise UserError(f"{path}, row {unnamed.idxmax()}: has no {columns[0]}; fill it in")
    return table


def _numbers(table: pd.DataFrame, column: str, path: Path) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        row = table.index[bad[0]]
        raise UserError(f"{path}, row {row}: {column} is {table[column].iloc[bad[0]]}; it must be a finite number")
    return values


def _no_duplicates(table: pd.DataFrame, columns: list[str], path: Path) -> None:
    again = table.duplicated(columns)
    if again.any():
        row = again.idxmax()
        raise UserError(f"{path}, row {row}: is there twice ({table.loc[row, columns[0]]}); remove one")
