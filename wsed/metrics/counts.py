"""Counts of hits and misses in each clip, and the scores that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wsed.metrics.base import Array, Statistics, Weights
from wsed.metrics.measure import Measure

RATES = (
    "f1",
    "precision",
    "recall",
    "error_rate",
    "deletion_rate",
    "insertion_rate",
    "substitution_rate",
)


@dataclass(frozen=True)
class Counts(Statistics):
    """Numbers of events, segments or tags in the reference and in the output of a system.

    Attributes:
        labels: event classes.
        reference: `(clip, class)`, number in the reference.
        system: `(clip, class)`, number that the system reports.
        correct: `(clip, class)`, number of correct reports.
        substituted: `(clip,)`, number that is reported under another class; None if the criterion has no
            substitutions.
        rates: the scores to compute, from `RATES`.
    """

    labels: tuple[str, ...]
    reference: Array
    system: Array
    correct: Array
    substituted: Array | None
    rates: tuple[str, ...] = RATES

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """F1, precision, recall and error rates as sed_eval defines them, by flat name.

        `micro` sums counts over classes first, `macro` is the mean of the classes' scores. A class that the reference
        lacks has no score; a class that the system never reports scores 0. Error rates are relative to the number in
        the reference; those of a single class have no substitutions.

        Args:
            prefix: first part of the names, such as `event_based`.
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
            if name.rpartition("/")[2] in self.rates
        }


def _ratios(reference: Array, system: Array, correct: Array, substituted: Array | None) -> dict[str, Array]:
    known = np.where(reference > 0, reference, np.nan)
    precision = np.where(np.isnan(known), np.nan, correct / np.maximum(system, 1))
    errors = np.zeros_like(correct) if substituted is None else substituted
    deleted, inserted = reference - correct - errors, system - correct - errors
    ratios = {
        "f1": 2 * correct / (known + system),
        "precision": precision,
        "recall": correct / known,
        "error_rate": (errors + deleted + inserted) / known,
        "deletion_rate": deleted / known,
        "insertion_rate": inserted / known,
    }
    return ratios if substituted is None else {**ratios, "substitution_rate": errors / known}


def mean_over_classes(values: Array) -> Array:
    """The mean over the classes that have a value: `(..., class)` to `(...)`; NaN where none has."""
    known = ~np.isnan(values)
    mean: Array = np.where(known, values, 0).sum(-1) / np.where(known.any(-1), known.sum(-1), np.nan)
    return mean


def count_measures(prefix: str, rates: Sequence[str] = RATES) -> list[Measure]:
    """Describes how to show the scores of counts; tables by class show the F1.

    Args:
        prefix: first part of the names.
        rates: the scores that are computed, from `RATES`.
    """
    named = [(average, rate) for average in ("micro", "macro") for rate in rates]
    return [
        Measure(
            key=f"{prefix}/{average}/{rate}",
            title=f"{prefix}/{average}/{rate}",
            higher_is_better=not rate.endswith("_rate"),
            per_class=f"{prefix}/class/{{label}}/f1" if (average, rate) == ("macro", "f1") else None,
            shown=False,
        )
        for average, rate in named
        if (average, rate) != ("macro", "substitution_rate")
    ]
