"""Scores of one system on the terminal: overall, then by class."""

from collections.abc import Mapping, Sequence

import rich.box
from rich.console import Console
from rich.table import Table

BY_CLASS = {
    "tagging": ("ap", "f1"),
    "frame": ("ap", "eer"),
    "event_based": ("f1",),
    "event_based/best": ("f1",),
    "segment_based": ("f1",),
    "intersection_based": ("f1",),
    "psds/scenario1": ("",),
    "psds/scenario2": ("",),
    "separation": ("sdr", "sir", "sar"),
}
"""What the table by class shows of each metric; the rest is in the JSON."""

WIDE = 200
"""Columns of a table in a file."""


def print_scores(
    results: Mapping[str, float | tuple[float, float]], labels: Sequence[str], parameters: Mapping[str, object]
) -> None:
    """Prints a table of all classes and one of each class, and the parameters.

    Args:
        results: scores by flat name, `METRIC/micro/f1` or `METRIC/class/LABEL/f1`, with `NAME/ci95` where known.
        labels: event classes.
        parameters: by flat name.
    """
    console = Console(soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDE
    overall = Table("", "score", "95 % of draws", box=rich.box.SIMPLE_HEAD)
    for name, value in results.items():
        if isinstance(value, float) and "/class/" not in name:
            interval = results.get(f"{name}/ci95")
            drawn = f"{interval[0]:.4f} to {interval[1]:.4f}" if isinstance(interval, tuple) else ""
            overall.add_row(name, f"{value:.4f}", drawn)
    console.print(overall)
    columns = [
        (metric, measure)
        for metric, measures in BY_CLASS.items()
        for measure in measures
        if any(_name(metric, label, measure) in results for label in labels)
    ]
    by_class = Table(box=rich.box.SIMPLE_HEAD)
    by_class.add_column("", no_wrap=True)
    for metric, measure in columns:
        by_class.add_column(f"{metric} {measure}".strip())
    for label in labels:
        values = [results.get(_name(metric, label, measure)) for metric, measure in columns]
        by_class.add_row(label, *(f"{value:.4f}" if isinstance(value, float) else "" for value in values))
    console.print(by_class)
    shown = ", ".join(f"{name} {_short(value)}" for name, value in parameters.items())
    console.print(f"with {shown}")


def _name(metric: str, label: str, measure: str) -> str:
    return "/".join(part for part in (metric, "class", label, measure) if part)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
