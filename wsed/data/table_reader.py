"""Reads tables separated by tabs or commas; all annotation and score files are opened here."""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wsed.checks.files import read_text
from wsed.checks.names import below, shortened
from wsed.errors import UserError

LONGEST_LINE = 10**6
"""Characters of the longest line of a table."""

LATEST = 86400.0
"""Seconds. The longest duration and the latest time in a clip; a later one is a slip, and would need much memory."""


@dataclass(frozen=True)
class Record:
    """One row of a table of a corpus.

    Attributes:
        where: `FILE, row N`, for messages.
        values: values by column; an empty string for an empty value.
    """

    where: str
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def whole_number(self, column: str) -> int:
        """The value of a column as a whole number from 1, such as a fold.

        Raises:
            UserError: it is none; the message names the file and the row.
        """
        if not re.fullmatch("0*[1-9][0-9]{0,8}", self[column]):
            raise UserError(f"{self.where}: {column} is {shortened(self[column])}; it must be a whole number from 1")
        return int(self[column])

    def path(self, folder: Path, column: str) -> Path:
        """The path below a folder that a column names.

        Raises:
            UserError: the name leads out of the folder; the message names the file and the row.
        """
        return below(folder, self[column], self.where)


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Reads the rows of a table without interpreting them.

    The separator is a tab if the first line has one, otherwise a comma. Double quotes enclose a value that contains
    the separator. Empty lines are skipped. Every row is one line: a value with a line break is refused, since it is
    mostly a stray quotation mark, which would swallow the rows up to the next one.

    Args:
        path: a text file in UTF-8.

    Returns:
        The line number in the file, from 1, and the values of each row.

    Raises:
        UserError: the file cannot be read, or is not a table; the message names the row.
    """
    lines = _lines(path)
    reader = csv.reader(lines, delimiter="\t" if "\t" in lines[0] else ",", strict=True)
    rows: list[tuple[int, list[str]]] = []
    number = 1
    try:
        for values in reader:
            if reader.line_num > number:
                raise UserError(_unclosed(path, number))
            if values:
                rows.append((number, values))
            number = reader.line_num + 1
    except csv.Error as error:
        if reader.line_num > number or "end of data" in str(error):
            raise UserError(_unclosed(path, number)) from error
        raise UserError(f"{path}, row {number}: is not a row of a table ({error}); correct the row") from error
    return rows


def _lines(path: Path) -> list[str]:
    """The lines of a text file, without their ends; those of Windows and of old Macs are known too."""
    text = read_text(path).replace("\r\n", "\n")
    lines = text.split("\n" if "\n" in text else "\r")
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise UserError(f"{path}, row {number}: has a NUL character; save the file as text in UTF-8")
        if "\r" in line:
            raise UserError(f"{path}, row {number}: has a carriage return inside of the line; remove it")
        if len(line) > LONGEST_LINE:
            raise UserError(f"{path}, row {number}: has {len(line)} characters; check that it is the right file")
    return lines


def _unclosed(path: Path, row: int) -> str:
    return f"{path}, row {row}: a quotation mark opens a value that does not end in this row; remove or close it"


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
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise UserError(f"{path}: has the column {shortened(twice)} twice; remove one")
    known = set(names)
    missing = next((column for column in columns if column not in known), None)
    if missing is not None:
        raise UserError(f"{path}: has no column {missing}; it needs {shortened(', '.join(columns), 200)}")
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


def read_records(path: Path, columns: Sequence[str], header: bool = True) -> list[Record]:
    """Reads a table of a corpus, which lists files.

    Args:
        path: path of the file.
        columns: columns that the table must have, with a value in every row; without a header, the names of the first
            columns. The first names the file, and no file is there twice.
        header: whether the first line names the columns.

    Raises:
        UserError: naming the file, and the row or the column.
    """
    if not path.exists():
        raise UserError(f"{path}: does not exist; see `wsed data list` for the layout of each corpus")
    table = read_table(path, columns, header)
    if table.empty:
        raise UserError(f"{path}: has no rows; it needs the columns {', '.join(columns)}")
    refuse_empty(table, columns, path)
    refuse_duplicates(table, columns[:1], path)
    rows = table.fillna("").itertuples(name=None)
    return [Record(f"{path}, row {row}", dict(zip(table.columns, values, strict=True))) for row, *values in rows]


def parse_numbers(table: pd.DataFrame, column: str, path: Path) -> NDArray[np.float64]:
    """The numbers in a column of a table from `read_table`, `(rows,)`.

    Raises:
        UserError: a value is not a finite number; the message names the file, the row and the value.
    """
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        row, value = table.index[bad[0]], shortened(str(table[column].iloc[bad[0]]))
        raise UserError(f"{path}, row {row}: {column} is {value}; it must be a finite number")
    return values


def parse_number(value: str, column: str, where: str) -> float:
    """The number in one value of a table.

    Args:
        value: the value.
        column: name of its column, for messages.
        where: `FILE, row N`, for messages.

    Raises:
        UserError: the value is not a finite number.
    """
    number = float(pd.to_numeric(value, errors="coerce"))
    if not np.isfinite(number):
        raise UserError(f"{where}: {column} is {shortened(value)}; it must be a finite number")
    return number


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
        raise UserError(f"{path}, row {row}: is there twice ({shortened(str(table.at[row, columns[0]]))}); remove one")


def _extended(columns: Sequence[str], count: int) -> list[str]:
    """Names for `count` columns, made up for those after the given ones."""
    return [*columns, *(f"column {number}" for number in range(len(columns) + 1, count + 1))]
