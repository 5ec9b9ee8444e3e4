"""Scores that need no threshold: average precision, area under the ROC, and equal error rate."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from wsed.metrics.base import Array, Statistics
from wsed.metrics.bootstrap import Steps, drawn_sums
from wsed.metrics.counts import mean_over_classes
from wsed.metrics.measure import Measure
from wsed.metrics.ranking_curve import RankingCurve

STEPS = 1000
"""The largest number of thresholds for the scores of bootstrap draws."""


class Ranking(Statistics):
    """Probabilities of items and their true labels; items are clips, or the frames of all clips.

    Args:
        labels: event classes.
        probs: `(item, class)` in [0, 1].
        target: `(item, class)` 0/1.
        clip: `(item,)`, the index of the clip that an item belongs to.
        functions: scores to compute: `ap` (area under the step curve of precision over recall), `auroc`, and `eer` (the
            error rate at the threshold where the rates of false positives and of false negatives are equal).
    """

    def __init__(
        self, labels: Sequence[str], probs: Tensor, target: Tensor, clip: Tensor, functions: Sequence[str]
    ) -> None:
        self.labels = tuple(labels)
        self.probs = np.ascontiguousarray(probs.float().numpy().T)
        self.target = np.ascontiguousarray(target.bool().numpy().T)
        self.clip = clip.numpy()
        self.functions = tuple(functions)

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """Scores for each class, as the mean over classes, and for the items of all classes together, by flat name.

        The mean over classes is `PREFIX/map` for `ap`, and `PREFIX/auroc` and `PREFIX/eer` for the others. Scores for
        the items of all classes are `PREFIX/micro/ap` and so on. A class without a positive item has no score, and
        without a negative item neither `auroc` nor `eer` is defined.

        Args:
            prefix: first part of the names, such as `frame`.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        present = [index for index in range(len(self.labels)) if self.target[index].any()]
        by_class = [self._of(slice(index, index + 1), weights) for index in present]
        micro = self._of(slice(None), weights)
        named: dict[str, Any] = {}
        for name in self.functions:
            values = [of_class[name] for of_class in by_class] or [np.full_like(micro[name], np.nan)]
            named[f"{prefix}/map" if name == "ap" else f"{prefix}/{name}"] = mean_over_classes(np.stack(values, -1))
        named |= {f"{prefix}/micro/{name}": values for name, values in micro.items()}
        for index, of_class in zip(present, by_class, strict=True):
            named |= {f"{prefix}/class/{self.labels[index]}/{name}": values for name, values in of_class.items()}
        return {name: float(values[0]) if weights is None else values for name, values in named.items()}

    def _of(self, classes: slice, weights: Array | None) -> dict[str, Array]:
        """Each score of the items of some classes together: `(draw,)`."""
        probs, target = self.probs[classes], self.target[classes]
        if weights is None:
            curve = RankingCurve.of(probs.reshape(-1), target.reshape(-1))
            return {name: np.array([getattr(curve, name)]) for name in self.functions}
        steps = Steps(probs.reshape(-1), target.reshape(-1), STEPS)
        clips, number = weights.shape[1], steps.number
        counts = np.zeros((2, clips * number))
        for own, positive in zip(probs, target, strict=True):
            cell = self.clip * number + steps.of(own)
            for side, chosen in enumerate((positive, ~positive)):
                counts[side] += np.bincount(cell[chosen], minlength=clips * number)
        hits, alarms = (np.cumsum(drawn_sums(weights, part.reshape(clips, number)), 1) for part in counts)
        with np.errstate(invalid="ignore", divide="ignore"):
            found = hits / hits[:, -1:]
            false = alarms / alarms[:, -1:]
            precision = np.where(hits > 0, hits / (hits + alarms), 0)
        before = [np.pad(curve, ((0, 0), (1, 0)))[:, :-1] for curve in (found, false)]
        drawn = {
            "ap": ((found - before[0]) * precision).sum(1),
            "auroc": ((false - before[1]) * (found + before[0]) / 2).sum(1),
            "eer": _equal_error(found, false),
        }
        return {name: drawn[name] for name in self.functions}


def _equal_error(found: Array, false: Array) -> Array:
    """The mean of both error rates where they are closest, as in torchmetrics: `(draw, step)` twice to `(draw,)`."""
    missed, false = 1 - np.pad(found, ((0, 0), (1, 0))), np.pad(false, ((0, 0), (1, 0)))
    gap = np.abs(false - missed)
    place = np.argmin(np.where(np.isnan(gap), np.inf, gap), axis=1)
    draw = np.arange(len(gap))
    errors: Array = (false[draw, place] + missed[draw, place]) / 2
    return np.where(np.isnan(gap[:, -1]), np.nan, errors)


def ranking_measures(prefix: str, functions: Sequence[str], shown: Mapping[str, str]) -> list[Measure]:
    """Describes how to show the scores of a ranking.

    Args:
        prefix: first part of the names.
        functions: the scores that are computed.
        shown: column headers of the scores that comparisons of runs and tables by class show.
    """
    measures = []
    for name in functions:
        key = f"{prefix}/map" if name == "ap" else f"{prefix}/{name}"
        better = name != "eer"
        if name in shown:
            by_class = f"{prefix}/class/{{label}}/{name}"
            measures.append(Measure(key, shown[name], higher_is_better=better, per_class=by_class))
        else:
            measures.append(Measure(key, key, higher_is_better=better, shown=False))
        micro = f"{prefix}/micro/{name}"
        measures.append(Measure(micro, micro, higher_is_better=better, shown=False))
    return measures
