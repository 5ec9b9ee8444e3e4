"""Training curves of runs, from their `metrics.csv`."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from wsed.errors import UserError

Curve = Mapping[int, float]
"""Value by epoch, rising."""


def read_curves(path: Path) -> dict[str, Curve]:
    """Losses and validation scores over all classes, by their name in the file; nothing where there is no file.

    Raises:
        UserError: a file that is no CSV of numbers.
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


def thinned(curve: Curve, points: int) -> dict[int, float]:
    """At most so many points of a curve, evenly spread, with both its ends.

    Args:
        curve: to thin.
        points: at least two.
    """
    epochs: Sequence[int] = list(curve)
    last = len(epochs) - 1
    if last >= points:
        epochs = [epochs[round(index * last / (points - 1))] for index in range(points)]
    return {epoch: curve[epoch] for epoch in epochs}


def _is_curve(name: str) -> bool:
    return name not in ("epoch", "step") and not name.startswith("test/") and "/class/" not in name
