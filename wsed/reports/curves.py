"""Training curves of runs, from their `metrics.csv`."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from wsed.checks.files import exists, read_text
from wsed.checks.names import shortened
from wsed.errors import UserError
from wsed.reports.runs import Run, left_out
from wsed.runs.folder import RunFolder

Curve = Mapping[int, float]
"""Value by epoch, epochs ascending."""

CURVE_NUMBERS = 200_000
"""Numbers of training curves that a page holds; longer curves are thinned."""
MOST_CURVES = 5000
"""Largest number of curves of one run."""
MOST_BYTES = 2**26
"""Size of the largest file of curves that is read."""
LAST_EPOCH = 10**8
FEWEST_POINTS, MOST_POINTS = 12, 400


def read_curves(folder: RunFolder) -> dict[str, Curve]:
    """Losses and validation scores over all classes, by column name; empty if the file is missing.

    Raises:
        UserError: the file is not a CSV of numbers.
    """
    path = folder.curves_path
    if not exists(path):
        return {}
    rows = csv.reader(io.StringIO(read_text(path, MOST_BYTES, inside=folder.path), newline=""))
    try:
        header = next(rows, [])
        if "epoch" not in header:
            return {}
        at = header.index("epoch")
        columns = [(index, name) for index, name in enumerate(header) if _is_curve(name)]
        if len(columns) > MOST_CURVES:
            raise ValueError(f"it has {len(columns)} curves")
        curves: dict[str, dict[int, float]] = {name: {} for _, name in columns}
        for row in rows:
            if row[at]:
                epoch = _epoch(row[at])
                for index, name in columns:
                    if row[index]:
                        curves[name][epoch] = float(row[index])
    except (ValueError, IndexError, csv.Error) as error:
        reason = shortened(" ".join(str(error).split()))
        raise UserError(f"{path}: is damaged ({reason}); train this run again or delete the file") from error
    return {name: curve for name, curve in curves.items() if curve}


def curve_data(runs: Sequence[Run]) -> dict[str, Any]:
    """Curves of all runs, thinned to what a page holds.

    Returns:
        `epochs`: lists of epochs; `values`: for each curve and run the index of its epochs in `epochs` followed by its
        values, or None for a run without this curve; `points`: the largest number of epochs, or None if no curve
        was thinned. A run with a damaged `metrics.csv` has no curves.
    """
    read = [_readable_curves(run) for run in runs]
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


def _readable_curves(run: Run) -> dict[str, Curve]:
    with left_out(run):
        return read_curves(run.folder)
    return {}


def _epoch(text: str) -> int:
    epoch = int(text)
    if not 0 <= epoch <= LAST_EPOCH:
        raise ValueError(f"epoch {shortened(text)}")
    return epoch


def _is_curve(name: str) -> bool:
    return name not in ("epoch", "step") and not name.startswith("test/") and "/class/" not in name
