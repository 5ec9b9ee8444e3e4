"""Training curves of runs, from their `metrics.csv`."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wsed.errors import UserError
from wsed.reports.runs import Run

Curve = Mapping[int, float]
"""Value by epoch, epochs ascending."""

CURVE_NUMBERS = 200_000
"""Numbers of training curves that a page holds; longer curves are thinned."""
FEWEST_POINTS, MOST_POINTS = 12, 400


def read_curves(path: Path) -> dict[str, Curve]:
    """Losses and validation scores over all classes, by column name; empty if the file is missing.

    Raises:
        UserError: the file is not a CSV of numbers.
    """
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if "epoch" not in header:
                return {}
            at = header.index("epoch")
            columns = [(index, name) for index, name in enumerate(header) if _is_curve(name)]
            curves: dict[str, dict[int, float]] = {name: {} for _, name in columns}
            for row in rows:
                if row[at]:
                    epoch = int(row[at])
                    for index, name in columns:
                        if row[index]:
                            curves[name][epoch] = float(row[index])
    except (ValueError, IndexError, csv.Error) as error:
        raise UserError(f"{path}: is damaged ({error}); train this run again or delete the file") from error
    return {name: curve for name, curve in curves.items() if curve}


def curve_data(runs: Sequence[Run]) -> dict[str, Any]:
    """Curves of all runs, thinned to what a page holds.

    Returns:
        `epochs`: lists of epochs; `values`: for each curve and run the index of its epochs in `epochs` followed by its
        values, or None for a run without this curve; `points`: the largest number of epochs, or None if no curve
        was thinned.

    Raises:
        UserError: a damaged `metrics.csv`.
    """
    read = [read_curves(run.folder.curves_path) for run in runs]
    names = list(dict.fromkeys(name for own in read for name in own))
    per_curve = CURVE_NUMBERS // max(1, len(runs) * len(names))
    points = max(FEWEST_POINTS, min(per_curve, MOST_POINTS))
    epochs: dict[tuple[int, ...], int] = {}
    drawn: dict[str, list[list[float] | None]] = {name: [] for name in names}
    thin = False
    for own in read:
        for name in names:
            curve = {epoch: value for epoch, value in own.get(name, {}).items() if math.isfinite(value)}
            if not curve:
                drawn[name].append(None)
                continue
            thin = thin or len(curve) > points
            shown = thinned(curve, points)
            place = epochs.setdefault(tuple(shown), len(epochs))
            drawn[name].append([place, *(short(value, 4) for value in shown.values())])
    return {"epochs": list(epochs), "values": drawn, "points": points if thin else None}


def thinned(curve: Curve, points: int) -> dict[int, float]:
    """At most `points` points of a curve, evenly spread, with both its ends.

    Args:
        curve: the curve to thin.
        points: number of points, at least two.
    """
    epochs: Sequence[int] = list(curve)
    last = len(epochs) - 1
    if last >= points:
        epochs = [epochs[round(index * last / (points - 1))] for index in range(points)]
    return {epoch: curve[epoch] for epoch in epochs}


def short(value: float, digits: int) -> float:
    """Rounds to a number of significant digits, to keep the page small."""
    return float(f"{value:.{digits}g}")


def _is_curve(name: str) -> bool:
    return name not in ("epoch", "step") and not name.startswith("test/") and "/class/" not in name
