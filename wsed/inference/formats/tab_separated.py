"""Rows of tables that are separated by tabs."""

import csv
import io
from collections.abc import Iterable, Sequence


def tab_separated(rows: Iterable[Sequence[str]]) -> str:
    """Rows of values as lines; a value with a double quote is put into quotes, as csv readers expect it."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter="\t", lineterminator="\n").writerows(rows)
    return buffer.getvalue()
