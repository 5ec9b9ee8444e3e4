"""Prints the scores of one system on the terminal."""

from collections.abc import Mapping, Sequence

import rich.box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wsed.checks.printable import printable
from wsed.metrics.measure import Measure

Results = Mapping[str, float | tuple[float, float]]

WIDE = 240
"""Width in characters of tables that are printed to a file."""


def print_scores(
    results: Results, measures: Sequence[Measure], labels: Sequence[str], parameters: Mapping[str, object]
) -> None:
    """Prints a table over all classes, one by class, and the parameters.

    Args:
        results: scores by flat name, and confidence intervals under `NAME/ci95`.
        measures: measures; those with scores of single classes are shown by class.
        labels: event classes.
        parameters: parameters of the scores, by flat name.
    """
    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDE
    console.print(_overall(results))
    console.print(_by_class(results, measures, labels))
    shown = ", ".join(f"{name} {_short(value)}" for name, value in parameters.items())
    console.print(Text(printable(f"with {shown}")))


def _overall(results: Results) -> Table:
    table = Table("", "score", "95 % of draws", box=rich.box.SIMPLE_HEAD)
    for name, value in results.items():
        if isinstance(value, float) and "/class/" not in name:
            interval = results.get(f"{name}/ci95")
            drawn = f"{interval[0]:.4f} to {interval[1]:.4f}" if isinstance(interval, tuple) else ""
            table.add_row(Text(printable(name)), f"{value:.4f}", drawn)
    return table


def _by_class(results: Results, measures: Sequence[Measure], labels: Sequence[str]) -> Table:
    """A table with a column for each measure that has a number for at least one class."""
    rows = {label: {measure.per_class: _number(results, measure, label) for measure in measures} for label in labels}
    columns = [
        measure.per_class
        for measure in measures
        if measure.per_class and any(rows[label][measure.per_class] for label in labels)
    ]
    table = Table(box=rich.box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for column in columns:
        metric, _, score = column.partition("/class/{label}")
        table.add_column(Text(printable(f"{metric} {score.lstrip('/')}".strip())))
    for label in labels:
        table.add_row(Text(printable(label)), *(rows[label][column] for column in columns))
    return table


def _number(results: Mapping[str, object], measure: Measure, label: str) -> str:
    value = results.get(measure.class_score_name(label) or "")
    return f"{value:.4f}" if isinstance(value, float) else ""


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
