"""Scores that need no threshold: average precision, area under the ROC, and equal error rate."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from torch import Tensor

from wsed.metrics.base import Array, Statistics, Weights
from wsed.metrics.bootstrap import Steps, clip_counts, drawn_sums
from wsed.metrics.counts import mean_over_classes
from wsed.metrics.measure import Measure
from wsed.metrics.ranking_curve import RankingCurve
from wsed.metrics.threads import in_threads

STEPS = 1000
"""The largest number of thresholds for the scores of bootstrap draws."""

BLOCK = 32
"""Number of draws that are scored together."""


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

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
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
        by_class = in_threads(lambda index: self._of(slice(index, index + 1), weights), present)
        micro = self._of(slice(None), weights)
        named: dict[str, Any] = {}
        for name in self.functions:
            values = [of_class[name] for of_class in by_class] or [np.full_like(micro[name], np.nan)]
            named[f"{prefix}/map" if name == "ap" else f"{prefix}/{name}"] = mean_over_classes(np.stack(values, -1))
        named |= {f"{prefix}/micro/{name}": values for name, values in micro.items()}
        for index, of_class in zip(present, by_class, strict=True):
            named |= {f"{prefix}/class/{self.labels[index]}/{name}": values for name, values in of_class.items()}
        return {name: float(values[0]) if weights is None else values for name, values in named.items()}

    def _of(self, classes: slice, weights: Weights | None) -> dict[str, Array]:
        """Each score of the items of some classes together: `(draw,)`."""
        probs, target = self.probs[classes], self.target[classes]
        if weights is None:
            curve = RankingCurve.of(probs.reshape(-1), target.reshape(-1))
            return {name: np.array([getattr(curve, name)]) for name in self.functions}
        return self._drawn(probs, target, weights)

    def _drawn(self, probs: NDArray[np.float32], target: NDArray[np.bool_], weights: Weights) -> dict[str, Array]:
        """Each score in every draw, of `(class, item)`: `(draw,)`."""
        steps = Steps(probs.reshape(-1), target.reshape(-1), STEPS)
        shape = (weights.shape[1], steps.number)

        def counts(place: int) -> tuple[csr_array, csr_array]:
            step, positive = steps.of(probs[place]), target[place]
            found, every = (self.clip[positive], step[positive]), (self.clip, step)
            return clip_counts(*found, np.ones(len(found[0])), shape), clip_counts(*every, np.ones(len(step)), shape)

        parts = zip(*in_threads(counts, range(len(probs))), strict=True)
        found, every = (drawn_sums(weights, sum(part[1:], start=part[0])) for part in parts)
        false = every - found
        # A few draws at a time, which the processor keeps at hand.
        blocks = [
            _drawn_scores(found[first : first + BLOCK], false[first : first + BLOCK])
            for first in range(0, len(weights), BLOCK)
        ]
        return {name: np.concatenate([block[name] for block in blocks]) for name in self.functions}


def _drawn_scores(found: Array, false: Array) -> dict[str, Array]:
    """Each score, `(draw,)`, from the numbers of positive and of negative items in each step, `(draw, step)`."""
    hits, alarms = np.cumsum(found, 1), np.cumsum(false, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        positive, negative = hits[:, -1], alarms[:, -1]
        ap = np.einsum("ds,ds->d", found, hits / np.maximum(hits + alarms, 1)) / positive
        auroc = np.einsum("ds,ds->d", false, hits - found / 2) / (positive * negative)
        missed, false_rate = 1 - hits / positive[:, None], alarms / negative[:, None]
    gap = np.abs(false_rate - missed)
    # As in torchmetrics, the mean of both error rates where they are closest.
    place = np.argmin(np.where(np.isnan(gap), np.inf, gap), axis=1)
    draw = np.arange(len(gap))
    eer = np.where(np.isnan(gap[:, -1]), np.nan, (false_rate[draw, place] + missed[draw, place]) / 2)
    return {"ap": ap, "auroc": auroc, "eer": eer}


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
