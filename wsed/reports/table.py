"""Tables of a comparison, and their print on the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

import rich.box
import rich.table
from rich.console import Console
from rich.text import Text

from wsed.reports.best import best_runs
from wsed.reports.comparison import Row, Run, comparison_rows, label_runs
from wsed.reports.measures import MEASURES, Measure

FALLBACK_WIDTH = 100
NUMBER_WIDTH = 6
MANY = 50
"""Runs that are printed, at most."""


@dataclass(frozen=True)
class Cell:
    """A printed number, and whether it is the best of its column."""

    text: str
    best: bool


@dataclass(frozen=True)
class TableRow:
    """The cells of one run or reference, in the order of the table's headers."""

    label: str
    reference: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table with one row per run.

    Attributes:
        title: what it shows, in a few words.
        headers: column headers; a unit stands on a second line.
        rows: references first, then runs.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]


def overall_table(rows: Sequence[Row]) -> Table:
    """All measures over all classes, one measure per column."""
    headers = tuple(f"{m.title} {m.arrow}\n{m.unit and f'({m.unit})'}" for m in MEASURES)
    columns = [_column(rows, measure, None) for measure in MEASURES]
    return Table("All classes", headers, _table_rows(rows, columns))


def class_tables(rows: Sequence[Row], titles: Sequence[str]) -> list[Table]:
    """One table per measure with one event class per column; rows and measures without any number are left out.

    Args:
        rows: of one comparison.
        titles: titles of the measures, such as `SDR`.
    """
    labels = list(rows[0].classes) if rows else []
    tables = []
    for measure in (measure for title in titles for measure in MEASURES if measure.title == title):
        shown = [row for row in rows if any(row.classes[label][measure.title] is not None for label in labels)]
        if not shown:
            continue
        unit = f" ({measure.unit})" if measure.unit else ""
        end = "higher ↑" if measure.higher_is_better else "lower ↓"
        columns = [_column(shown, measure, label) for label in labels]
        title = f"{measure.title}{unit} by class, {end} is better"
        tables.append(Table(title, tuple(labels), _table_rows(shown, columns)))
    return tables


def print_comparison(runs: Sequence[Run], console: Console | None = None) -> None:
    """Prints the overall numbers, then SDR and EER by class, then the runs that failed; of many runs, the best ones.

    Args:
        runs: of one comparison.
        console: where to; standard output by default, 100 columns wide where that is not a terminal.
    """
    if console is None:
        console = Console()
        if not console.is_terminal:
            console = Console(width=FALLBACK_WIDTH)
    best = best_runs(runs, MANY)
    shown = sorted(best.places)
    labels = label_runs(runs)
    rows = comparison_rows([runs[place] for place in shown], [labels[place] for place in shown])
    if best.reason:
        console.print(Text(best.reason))
    for table in [overall_table(rows), *class_tables(rows, ("SDR", "EER"))]:
        for part in _split(table, console.width):
            console.print(_rich_table(part))
    for run, label in zip(runs, labels, strict=True):
        if run.failed:
            console.print(Text(f"{label} failed: {run.status.get('reason') or 'no reason given'}", style="red"))


def _column(rows: Sequence[Row], measure: Measure, label: str | None) -> list[Cell]:
    values = [(row.overall if label is None else row.classes[label])[measure.title] for row in rows]
    rivals = [value for row, value in zip(rows, values, strict=True) if value is not None and not row.reference]
    best = None
    if len(rivals) > 1:
        # Values that print alike share the honour.
        best = measure.text(max(rivals) if measure.higher_is_better else min(rivals))
    texts = [measure.text(value) for value in values]
    return [Cell(text, not row.reference and text == best) for row, text in zip(rows, texts, strict=True)]


def _table_rows(rows: Sequence[Row], columns: Sequence[Sequence[Cell]]) -> tuple[TableRow, ...]:
    cells = zip(*columns, strict=True) if columns else [() for _ in rows]
    return tuple(TableRow(row.label, row.reference, tuple(line)) for row, line in zip(rows, cells, strict=True))


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
        title=Text(table.title), title_justify="left", title_style="bold", box=rich.box.SIMPLE_HEAD, pad_edge=False
    )
    printed.add_column("Run", overflow="fold")
    for header in table.headers:
        printed.add_column(Text(header), justify="right", overflow="fold")
    for row in table.rows:
        cells = [Text(cell.text, style="bold green" if cell.best else "") for cell in row.cells]
        printed.add_row(Text(row.label), *cells, style="dim" if row.reference else "")
    return printed
