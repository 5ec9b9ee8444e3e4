"""Tables of corpora."""

import csv
from collections.abc import Sequence
from pathlib import Path

from wsed.errors import UserError


def read_table(path: Path, columns: Sequence[str], header: bool = True) -> list[dict[str, str]]:
    """Rows of a table separated by commas or tabs.

    Args:
        path: of the file.
        columns: that it must have; without a header, the names of its first columns.
        header: whether its first line names the columns.

    Raises:
        UserError: a file or a column that is not there.
    """
    if not path.is_file():
        raise UserError(f"{path}: does not exist; see `wsed data list` for the layout of each corpus")
    with path.open(newline="", encoding="utf-8") as file:
        separator = "\t" if "\t" in file.readline() else ","
        file.seek(0)
        reader = csv.DictReader(file, None if header else list(columns), delimiter=separator)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise UserError(f"{path}: has no column {missing[0]}; it needs {', '.join(columns)}")
        rows = list(reader)
    for number, row in enumerate(rows, 2 if header else 1):
        empty = [column for column in columns if not row[column]]
        if empty:
            raise UserError(f"{path}, row {number}: has no {empty[0]}; fill it in")
    return rows
