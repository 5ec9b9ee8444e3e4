"""Counts of hits and misses, clip by clip, and the scores of any selection of the clips."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


MEASURES = (
    "f1",
    "precision",
    "recall",
    "error_rate",
    "deletion_rate",
    "insertion_rate",
    "substitution_rate",
)


class Metric(Protocol):
    """Scores of clips, and of any selection of them."""

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """By flat name that begins with `prefix`: numbers, or `(draw,)` with weights `(draw, clip)`."""
        ...


@dataclass(frozen=True)
class Counts:
    """What a system reported and what there was, in events or in segments.

    Attributes:
        labels: event classes.
        reference: `(clip, class)`, how many there were.
        system: `(clip, class)`, how many were reported.
        correct: `(clip, class)`, how many of them agree.
        substituted: `(clip,)`, how many were reported under another class; None where a criterion knows no such thing.
        measures: which scores are wanted.
    """

    labels: tuple[str, ...]
    reference: Array
    system: Array
    correct: Array
    substituted: Array | None
    measures: tuple[str, ...] = MEASURES

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """F1, precision, recall and error rates as sed_eval defines them, by flat name.

        `micro` sums counts over classes first, `macro` is the mean of the classes' scores. A class that is not in the
        reference has no score; one that the system never reports has 0. Rates are relative to the reference; a class of
        its own knows no substitutions.

        Args:
            prefix: of the names, such as `event_based`.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once.

        Returns:
            `PREFIX/micro/f1` and so on: numbers, or `(draw,)` with weights.
        """
        select = np.ones((1, len(self.reference))) if weights is None else weights
        reference, system, correct = (select @ counts for counts in (self.reference, self.system, self.correct))
        by_class = _ratios(reference, system, correct, None)
        micro = _ratios(
            reference.sum(1),
            system.sum(1),
            correct.sum(1),
            None if self.substituted is None else select @ self.substituted,
        )
        # Resampling may leave a class out of the reference.
        macro = {name: mean_over_classes(values) for name, values in by_class.items()}
        named = {f"{prefix}/micro/{name}": values for name, values in micro.items()}
        named |= {f"{prefix}/macro/{name}": values for name, values in macro.items()}
        for index, label in enumerate(self.labels):
            named |= {f"{prefix}/class/{label}/{name}": values[:, index] for name, values in by_class.items()}
        return {
            name: float(values[0]) if weights is None else values
            for name, values in named.items()
            if name.rpartition("/")[2] in self.measures
        }


def _ratios(reference: Array, system: Array, correct: Array, substituted: Array | None) -> dict[str, Array]:
    there = np.where(reference > 0, reference, np.nan)
    precision = np.where(np.isnan(there), np.nan, correct / np.maximum(system, 1))
    errors = np.zeros_like(correct) if substituted is None else substituted
    deleted, inserted = reference - correct - errors, system - correct - errors
    ratios = {
        "f1": 2 * correct / (there + system),
        "precision": precision,
        "recall": correct / there,
        "error_rate": (errors + deleted + inserted) / there,
        "deletion_rate": deleted / there,
        "insertion_rate": inserted / there,
    }
    return ratios if substituted is None else {**ratios, "substitution_rate": errors / there}


def mean_over_classes(values: Array) -> Array:
    """The mean over the classes that have a value: `(..., class)` to `(...)`; NaN where none has."""
    known = ~np.isnan(values)
    mean: Array = np.where(known, values, 0).sum(-1) / np.where(known.any(-1), known.sum(-1), np.nan)
    return mean
