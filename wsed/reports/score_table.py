"""The table of every score of every run."""

import csv
from collections.abc import Sequence
from typing import Any, TextIO

from wsed.checks.printable import printable
from wsed.reports.runs import Run
from wsed.reports.settings import settings

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Signs that begin a formula, also in their wide form."""


def score_table(runs: Sequence[Run]) -> tuple[list[str], list[list[Any]]]:
    """Column names, and a row for each run: folder, name, status, reason, command, settings and scores by flat name.

    A confidence interval has a column for each end, `NAME/low` and `NAME/high`. Missing values are None.
    """
    rows = [_row(run) for run in runs]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return names, [[row.get(name) for name in names] for row in rows]


def write_csv(runs: Sequence[Run], file: TextIO) -> None:
    """Writes the score table as CSV, in which no text is a formula for a spreadsheet.

    A data frame would take twice as long for a thousand runs with a thousand scores each, and all rows at once would
    need as much memory as the runs.
    """
    names = list(dict.fromkeys(name for run in runs for name in _row(run)))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(_cell, names))
    for run in runs:
        row = _row(run)
        writer.writerow([_cell(row.get(name)) for name in names])


def _cell(value: Any) -> Any:
    """A value of the table, with an apostrophe in front of a text that a spreadsheet would compute, such as `=1+1`."""
    if not isinstance(value, str):
        return value
    shown = printable(value)
    return f"'{shown}" if shown.lstrip().startswith(FORMULA) and not _is_number(shown) else shown


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _row(run: Run) -> dict[str, Any]:
    scores: dict[str, Any] = dict(run.scores)
    for name, interval in run.intervals.items():
        base = name.removesuffix("/ci95")
        scores[f"{base}/low"], scores[f"{base}/high"] = interval
    facts = {
        "folder": str(run.folder.path),
        "name": run.name,
        "status": run.state,
        "reason": run.status.get("reason"),
        "command": run.command,
    }
    return {**facts, **settings(run), **scores}
