"""Reads and validates the scores of a system: frame and clip probabilities, in the format of sed_scores_eval."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wsed.checks.clip_names import score_names
from wsed.checks.files import read_text
from wsed.checks.names import shortened
from wsed.data.annotations import check_known
from wsed.data.table_reader import LATEST, parse_numbers, read_table, refuse_duplicates
from wsed.errors import UserError

PLAIN = b"0123456789.eE+-\t\n"
"""The characters of plain numbers in a table."""

ROUNDING = 1e-3
"""Seconds by which a frame may start before or after the end of the previous one, because files round times."""


def read_scores(folder: Path, labels: Sequence[str], filenames: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Reads a folder of score files, one per clip with `onset offset` and a column for each class.

    Args:
        folder: folder of the files, with the names that `score_names` gives.
        labels: event classes that each file must have.
        filenames: names of the clips, with or without suffix.

    Returns:
        By filename: onset and offset of each frame in seconds, and the scores in [0, 1] in the order of `labels`.

    Raises:
        UserError: naming the file and the row.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: is no folder; --scores needs one with a CLIP.tsv for each clip")
    files = {path.stem: path for path in sorted(folder.glob("*.tsv"))}
    names = {name: filename for filename, name in score_names(filenames).items()}
    unknown = sorted(set(files) - set(names))
    if unknown:
        raise UserError(
            f"{files[unknown[0]]}: is of a clip that the reference does not have; remove it or add the clip"
        )
    missing = sorted(set(names) - set(files))
    if missing:
        name = shortened(missing[0])
        raise UserError(f"{folder}: has no {name}.tsv; write the scores of every clip of the reference")
    return {filename: _read_score_file(files[stem], labels) for stem, filename in names.items()}


def read_tags(path: Path, labels: Sequence[str], filenames: Sequence[str]) -> pd.DataFrame:
    """Reads clip probabilities: a table with `filename` and a column for each class.

    Args:
        path: path of the file.
        labels: event classes that the file must have.
        filenames: names of the clips that the file must have.

    Returns:
        `filename`, and the probabilities in [0, 1] in the order of `labels`.

    Raises:
        UserError: naming the file and the row.
    """
    table = read_table(path, ("filename", *labels))
    _refuse_other_classes(table, ("filename", *labels), path)
    refuse_duplicates(table, ["filename"], path)
    check_known(table, path, "filename", filenames, "the reference")
    missing = sorted(set(filenames) - set(table["filename"]))
    if missing:
        raise UserError(f"{path}: has no row of clip {shortened(missing[0])}; add one for every clip of the reference")
    values = pd.DataFrame({column: parse_numbers(table, column, path) for column in labels}, index=table.index)
    _refuse_out_of_range(values, labels, path)
    return values.reset_index(drop=True).assign(filename=table["filename"].to_list())[["filename", *labels]]


def _read_score_file(path: Path, labels: Sequence[str]) -> pd.DataFrame:
    columns = ("onset", "offset", *labels)
    values = _plain_numbers(path, columns)
    if values is None:
        table = read_table(path, columns)
        _refuse_other_classes(table, columns, path)
        if table.empty:
            raise UserError(f"{path}: has no frames; write the scores of the whole clip")
        values = pd.DataFrame({column: parse_numbers(table, column, path) for column in columns}, index=table.index)
    _refuse_out_of_range(values, labels, path)
    onsets, offsets = values["onset"].to_numpy(), values["offset"].to_numpy()
    ends = np.concatenate([[0.0], offsets[:-1]])
    bad = np.flatnonzero((offsets <= onsets) | (offsets > LATEST) | (onsets < ends - ROUNDING))
    if len(bad):
        raise UserError(f"{path}, row {values.index[bad[0]]}: times do not increase; sort the frames by onset")
    gaps = np.flatnonzero(onsets[1:] > offsets[:-1] + ROUNDING)
    if len(gaps):
        row = values.index[gaps[0] + 1]
        raise UserError(f"{path}, row {row}: does not begin where the frame before ends; give every frame")
    # The next onset, exactly: times in files are rounded.
    values["offset"] = np.append(onsets[1:], offsets[-1:])
    return values.reset_index(drop=True)


def _plain_numbers(path: Path, columns: Sequence[str]) -> pd.DataFrame | None:
    """A table of these columns with a plain number in every cell, read in a tenth of the time of `read_table`.

    Returns:
        The columns, with the index of `read_table`; None for any other file, of which `read_table` knows what is wrong.
    """
    header, _, body = read_text(path).partition("\n")
    names = header.split("\t")
    plain = body.isascii() and not body.encode().translate(None, PLAIN)
    if sorted(names) != sorted(columns) or not plain or not body.strip() or "\n\n" in body:
        return None
    try:
        numbers = np.loadtxt(io.StringIO(body), delimiter="\t", comments=None, ndmin=2)
    except ValueError:
        return None
    if numbers.shape[1] != len(names) or not np.isfinite(numbers).all():
        return None
    # The first row is the second line.
    order = [names.index(column) for column in columns]
    return pd.DataFrame(numbers[:, order], columns=list(columns), index=range(2, len(numbers) + 2))


def _refuse_other_classes(table: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    known = set(columns)
    for column in table.columns:
        if column not in known:
            raise UserError(f"{path}: event class {shortened(column)} is not in the reference; remove the column")


def _refuse_out_of_range(values: pd.DataFrame, labels: Sequence[str], path: Path) -> None:
    scores = values[list(labels)].to_numpy()
    outside = np.argwhere(~((scores >= 0) & (scores <= 1)))
    if len(outside):
        row, column = outside[0]
        raise UserError(
            f"{path}, row {values.index[row]}: score {scores[row, column]:g} of {labels[column]} is not between 0 and 1"
            "; give probabilities"
        )
