"""Prints a comparison on the terminal."""

from collections.abc import Sequence

import rich.box
import rich.table
from rich.console import Console
from rich.text import Text

from wsed.checks.names import shortened
from wsed.checks.printable import printable
from wsed.metrics.measure import Measure
from wsed.reports.best import best_runs
from wsed.reports.rows import comparison_rows, shown_measures
from wsed.reports.runs import Run
from wsed.reports.settings import label_runs
from wsed.reports.table import Table, TableRow, class_tables, overall_table

FALLBACK_WIDTH = 100
NUMBER_WIDTH = 6
MANY = 50
"""The largest number of runs to print."""

LONGEST_LINE = 500
"""Characters of the longest reason that is printed."""
LINES = 5
"""The largest number of damaged files of a run to name."""

FIRST_BY_CLASS = ("separation/sdr", "frame/eer")
LEFT_TO_THE_PAGE = ("tagging/map", "frame/map", "separation/sir", "separation/sar")
"""Measures without a table by class, to keep the output short."""


def print_comparison(runs: Sequence[Run], console: Console | None = None) -> None:
    """Prints the overall numbers, then numbers by class, then the runs that failed; of many runs, only the best.

    Args:
        runs: the runs of one comparison.
        console: where to print; standard output by default, 100 columns wide if that is not a terminal.
    """
    if console is None:
        console = Console()
        if not console.is_terminal:
            console = Console(width=FALLBACK_WIDTH)
    best = best_runs(runs, MANY)
    shown = sorted(best.places)
    labels = label_runs(runs)
    measures = shown_measures(runs)
    rows = comparison_rows([runs[place] for place in shown], [labels[place] for place in shown], measures)
    if best.reason:
        console.print(Text(best.reason))
    for table in [overall_table(rows, measures), *class_tables(rows, _by_class(measures))]:
        for part in _split(table, console.width):
            console.print(_rich_table(part))
    for run, label in zip(runs, labels, strict=True):
        if run.failed:
            console.print(_line(f"{label} {run.state}: {run.reason}", style="red"), soft_wrap=True)


def print_left_out(runs: Sequence[Run], console: Console | None = None) -> None:
    """Prints a line for each part of a run that was left out of the comparison because its file is damaged.

    Args:
        runs: the runs of one comparison, after everything has been read.
        console: where to print; standard output by default.
    """
    console = console or Console()
    for run in runs:
        for reason in run.left_out[:LINES]:
            console.print(_line(f"{reason}; it is left out", style="red"), soft_wrap=True)
        if len(run.left_out) > LINES:
            more = f"{len(run.left_out) - LINES} more files are damaged and left out"
            console.print(_line(f"{run.folder.path}: {more}; the page names them", style="red"), soft_wrap=True)


def _line(text: str, style: str = "") -> Text:
    return Text(shortened(printable(text), LONGEST_LINE), style=style)


def _by_class(measures: Sequence[Measure]) -> list[Measure]:
    first = [measure for key in FIRST_BY_CLASS for measure in measures if measure.key == key]
    others = [measure for measure in measures if measure.key not in (*FIRST_BY_CLASS, *LEFT_TO_THE_PAGE)]
    return [*first, *others]


def _split(table: Table, width: int) -> list[Table]:
    """Cuts a table with many columns into tables that fit `width` characters."""
    label_width = max((len(row.label) for row in table.rows), default=0) + 4
    parts: list[list[int]] = [[]]
    used = label_width
    for index, header in enumerate(table.headers):
        needed = max(NUMBER_WIDTH, *map(len, header.split("\n"))) + 2
        if parts[-1] and used + needed > width:
            parts.append([])
            used = label_width
        parts[-1].append(index)
        used += needed
    return [
        Table(
            table.title,
            tuple(table.headers[index] for index in part),
            tuple(TableRow(r.label, r.reference, tuple(r.cells[index] for index in part)) for r in table.rows),
        )
        for part in parts
    ]


def _rich_table(table: Table) -> rich.table.Table:
    printed = rich.table.Table(
        title=Text(printable(table.title)),
        title_justify="left",
        title_style="bold",
        box=rich.box.SIMPLE_HEAD,
        pad_edge=False,
    )
    printed.add_column("Run", overflow="fold")
    for header in table.headers:
        printed.add_column(Text("\n".join(map(printable, header.split("\n")))), justify="right", overflow="fold")
    for row in table.rows:
        cells = [Text(cell.text, style="bold green" if cell.best else "") for cell in row.cells]
        printed.add_row(Text(printable(row.label)), *cells, style="dim" if row.reference else "")
    return printed
