"""The best F1 over all thresholds of each class, which a system would reach if an oracle chose its thresholds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.base import Array, Statistics, Weights
from wsed.metrics.counts import mean_over_classes
from wsed.metrics.intermediate_statistics import Deltas, reference_counts
from wsed.metrics.measure import Measure
from wsed.metrics.threads import in_threads


class BestF1(Statistics):
    """The F1 of each class at its best threshold.

    Args:
        deltas: changes of the counts of each class as the threshold falls.
        reference: the true events, `filename onset offset event_label`.
        labels: the event classes that the reference has.
        filenames: names of the clips.
    """

    def __init__(
        self, deltas: Deltas, reference: pd.DataFrame, labels: Sequence[str], filenames: Sequence[str]
    ) -> None:
        self.deltas = deltas
        self.labels = tuple(labels)
        self.events, _ = reference_counts(reference, labels, filenames)

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """The F1 as the mean over classes and by class, and without weights the thresholds as well, by flat name.

        Args:
            prefix: first part of the names, such as `event_based/best`.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once. The best thresholds are
                chosen for every draw, out of a few hundred at most.

        Returns:
            `PREFIX/macro/f1`, `PREFIX/class/LABEL/f1` and `PREFIX/class/LABEL/threshold`: numbers, or `(draw,)`.
        """
        events = self.events.sum(0, keepdims=True) if weights is None else weights @ self.events
        best = in_threads(lambda index: self._best(index, weights, events[:, index]), range(len(self.labels)))
        values = np.stack([f1 for f1, _ in best], -1)
        named = {f"{prefix}/macro/f1": mean_over_classes(values)}
        named |= {f"{prefix}/class/{label}/f1": values[:, index] for index, label in enumerate(self.labels)}
        if weights is not None:
            return named
        thresholds = {f"{prefix}/class/{label}/threshold": best[place][1] for place, label in enumerate(self.labels)}
        return {**{name: float(score[0]) for name, score in named.items()}, **thresholds}

    def at(self, label: str, thresholds: Array) -> Array:
        """The F1 of a class at some thresholds.

        Args:
            label: the class.
            thresholds: `(threshold,)`; a frame belongs to an event if its score is above it.

        Returns:
            `(threshold,)` in [0, 1]; not a number if the class has no event.
        """
        scores, correct, false = self.deltas[label].totals()
        count = np.searchsorted(-scores, -thresholds)
        correct, false = np.append(0, correct)[count], np.append(0, false)[count]
        events = self.events[:, self.labels.index(label)].sum() or np.nan
        f1: Array = 2 * correct / (correct + false + events)
        return f1

    def _best(self, index: int, weights: Weights | None, events: Array) -> tuple[Array, float]:
        """The F1 of a class with so many events, `(draw,)`, and without weights the threshold."""
        label = self.labels[index]
        threshold = np.nan
        if weights is None:
            at, correct, false = self.deltas[label].totals()
            correct, false = correct[None], false[None]
        else:
            correct, false = self.deltas[label].drawn(weights)
        known = np.where(events > 0, events, np.nan)
        f1 = np.pad(2 * correct / (correct + false + known[:, None]), ((0, 0), (1, 0)))
        f1[np.isnan(known)] = np.nan
        if weights is None:
            place = int(np.argmax(f1[0]))
            edges = np.concatenate([[np.inf], at, [-np.inf]])
            # Half way to the next lower score, so that rounding does not matter.
            threshold = float(edges[place] if np.isinf(edges[place + 1]) else (edges[place] + edges[place + 1]) / 2)
        return f1.max(1), threshold


def best_measures(prefix: str) -> list[Measure]:
    """Describes how to show the best F1.

    Args:
        prefix: first part of the names.
    """
    key = f"{prefix}/macro/f1"
    return [Measure(key, key, per_class=f"{prefix}/class/{{label}}/f1", shown=False)]
