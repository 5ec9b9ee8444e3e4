"""Tables of a comparison: one row per run, with the best number of each column marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsed.metrics.measure import Measure
from wsed.reports.rows import Row


@dataclass(frozen=True)
class Cell:
    """A formatted number, and whether it is the best of its column."""

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
        title: title of the table.
        headers: column headers; a unit is on a second line.
        rows: references first, then runs.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]


def overall_table(rows: Sequence[Row], measures: Sequence[Measure]) -> Table:
    """Numbers over all classes, one measure per column."""
    headers = tuple(f"{m.title} {m.arrow}\n{m.unit and f'({m.unit})'}" for m in measures)
    columns = [_column(rows, measure, None) for measure in measures]
    return Table("All classes", headers, _table_rows(rows, columns))


def class_tables(rows: Sequence[Row], measures: Sequence[Measure]) -> list[Table]:
    """One table per measure, with one event class per column; rows and measures without any number are left out."""
    labels = list(rows[0].classes) if rows else []
    tables = []
    for measure in measures:
        shown = [row for row in rows if any(row.classes[label][measure.key] is not None for label in labels)]
        if not shown:
            continue
        unit = f" ({measure.unit})" if measure.unit else ""
        better = {True: ", higher ↑ is better", False: ", lower ↓ is better", None: ""}[measure.higher_is_better]
        columns = [_column(shown, measure, label) for label in labels]
        title = f"{measure.class_title}{unit} by class{better}"
        tables.append(Table(title, tuple(labels), _table_rows(shown, columns)))
    return tables


def _column(rows: Sequence[Row], measure: Measure, label: str | None) -> list[Cell]:
    """Cells of one column; the best is marked if there are at least two runs, and references are never marked."""
    values = [(row.overall if label is None else row.classes[label])[measure.key] for row in rows]
    rivals = [value for row, value in zip(rows, values, strict=True) if value is not None and not row.reference]
    best = None
    if len(rivals) > 1 and measure.sign != 0:
        # Values that look the same when formatted are all marked.
        best = measure.text(max(rivals, key=lambda value: measure.sign * value))
    texts = [measure.text(value) for value in values]
    return [Cell(text, not row.reference and text == best) for row, text in zip(rows, texts, strict=True)]


def _table_rows(rows: Sequence[Row], columns: Sequence[Sequence[Cell]]) -> tuple[TableRow, ...]:
    cells = zip(*columns, strict=True) if columns else [() for _ in rows]
    return tuple(TableRow(row.label, row.reference, tuple(line)) for row, line in zip(rows, cells, strict=True))
