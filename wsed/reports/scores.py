"""Scores of one system on the terminal: overall, then by class."""

from collections.abc import Mapping, Sequence

import rich.box
from rich.console import Console
from rich.table import Table


def print_scores(
    results: Mapping[str, float | tuple[float, float]], labels: Sequence[str], parameters: Mapping[str, float]
) -> None:
    """Prints a table of all classes and one of each class, and the parameters.

    Args:
        results: scores by flat name, `METRIC/micro/f1` or `METRIC/class/LABEL/f1`, with `NAME/ci95` where known.
        labels: event classes.
        parameters: by flat name.
    """
    console = Console(soft_wrap=True)
    overall = Table("", "score", "95 % of draws", box=rich.box.SIMPLE_HEAD)
    for name, value in results.items():
        if isinstance(value, float) and "/class/" not in name:
            interval = results.get(f"{name}/ci95")
            drawn = f"{interval[0]:.4f} to {interval[1]:.4f}" if isinstance(interval, tuple) else ""
            overall.add_row(name, f"{value:.4f}", drawn)
    console.print(overall)
    columns = list(dict.fromkeys(_without(name, labels) for name in results if "/class/" in name))
    columns = [column for column in columns if column.endswith("/f1") or column.startswith("psds")]
    by_class = Table(
        "", *(column.removesuffix("/f1") + (" F1" if column.endswith("/f1") else "") for column in columns)
    )
    by_class.box = rich.box.SIMPLE_HEAD
    for label in labels:
        values = [results[column.replace("/class", f"/class/{label}")] for column in columns]
        by_class.add_row(label, *(f"{value:.4f}" for value in values))
    console.print(by_class)
    shown = ", ".join(f"{name.removeprefix('parameters/')} {value:g}" for name, value in parameters.items())
    console.print(f"with {shown}")


def _without(name: str, labels: Sequence[str]) -> str:
    """`METRIC/class/LABEL/f1` without the label; a label may hold slashes."""
    for label in sorted(labels, key=len, reverse=True):
        name = name.replace(f"/class/{label}", "/class", 1)
    return name
