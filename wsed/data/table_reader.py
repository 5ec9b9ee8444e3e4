"""Reads tables separated by tabs or commas; all annotation and score files are opened here."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wsed.errors import UserError


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Reads the rows of a table without interpreting them.

    The separator is a tab if the first line has one, otherwise a comma. Double quotes enclose a value that contains
    the separator. Empty lines are skipped.

    Args:
        path: a text file in UTF-8.

    Returns:
        The line number in the file, from 1, and the values of each row.

    Raises:
        UserError: the file does not exist or is not a table.
    """
    if not path.is_file():
        raise UserError(f"{path}: is no file; check the path")
    try:
        # utf-8-sig drops the byte-order mark that spreadsheets write.
        with path.open(newline="", encoding="utf-8-sig") as file:
            separator = "\t" if "\t" in file.readline() else ","
            file.seek(0)
            reader = csv.reader(file, delimiter=separator, strict=True)
            return [(reader.line_num, values) for values in reader if values]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: is not a table ({error}); separate columns by tabs or commas, in UTF-8") from error


def read_table(path: Path, columns: Sequence[str], header: bool = True) -> pd.DataFrame:
    """Reads a table with named columns.

    Args:
        path: path of the file.
        columns: columns that the table must have; others are read as well. The first must not be empty in any row.
        header: whether the first line names the columns; otherwise `columns` are the names of the first ones.

    Returns:
        Strings, NaN where a value is empty. The index is the line number in the file, from 1.

    Raises:
        UserError: naming the file, and the row or the column.
    """
    rows = read_rows(path)
    names = list(columns) if header else _extended(columns, max((len(values) for _, values in rows), default=0))
    if header and rows:
        names = rows.pop(0)[1]
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise UserError(f"{path}: has the column {twice[0]} twice; remove one")
    missing = [column for column in columns if column not in names]
    if missing:
        raise UserError(f"{path}: has no column {missing[0]}; it needs {', '.join(columns)}")
    filled = []
    for number, values in rows:
        if len(values) > len(names):
            raise UserError(
                f"{path}, row {number}: has {len(values)} values for {len(names)} columns; quote values with separators"
            )
        filled.append([value or np.nan for value in values] + [np.nan] * (len(names) - len(values)))
    table = pd.DataFrame(filled, columns=names, index=[number for number, _ in rows], dtype=object)
    table = table.dropna(how="all")
    refuse_empty(table, columns[:1], path)
    return table


def read_records(path: Path, columns: Sequence[str], header: bool = True) -> list[dict[str, str]]:
    """Reads a table of a corpus as one dictionary for each row.

    Args:
        path: path of the file.
        columns: columns that the table must have, with a value in every row; without a header, the names of the first
            columns.
        header: whether the first line names the columns.

    Returns:
        Values by column; an empty string for an empty value in another column.

    Raises:
        UserError: naming the file, and the row or the column.
    """
    if not path.is_file():
        raise UserError(f"{path}: does not exist; see `wsed data list` for the layout of each corpus")
    table = read_table(path, columns, header)
    if table.empty:
        raise UserError(f"{path}: has no rows; it needs the columns {', '.join(columns)}")
    refuse_empty(table, columns, path)
    return [dict(zip(table.columns, values, strict=True)) for values in table.fillna("").itertuples(False, None)]


def parse_numbers(table: pd.DataFrame, column: str, path: Path) -> NDArray[np.float64]:
    """The numbers in a column of a table from `read_table`, `(rows,)`.

    Raises:
        UserError: a value is not a finite number; the message names the file, the row and the value.
    """
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        row = table.index[bad[0]]
        raise UserError(f"{path}, row {row}: {column} is {table[column].iloc[bad[0]]}; it must be a finite number")
    return values


def refuse_empty(table: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """Checks that a table from `read_table` has a value in some columns of every row.

    Raises:
        UserError: a value is missing; the message names the file, the row and the column.
    """
    for column in columns:
        empty = table[column].isna()
        if empty.any():
            raise UserError(f"{path}, row {empty.idxmax()}: has no {column}; fill it in")


def refuse_duplicates(table: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """Checks that no two rows of a table from `read_table` are equal in some columns.

    Raises:
        UserError: two rows are equal; the message names the file and the row.
    """
    again = table.duplicated(list(columns))
    if again.any():
        row = again.idxmax()
        raise UserError(f"{path}, row {row}: is there twice ({table.loc[row, columns[0]]}); remove one")


def _extended(columns: Sequence[str], count: int) -> list[str]:
    """Names for `count` columns, made up for those after the given ones."""
    return [*columns, *(f"column {number}" for number in range(len(columns) + 1, count + 1))]
