"""Scores that hang on the order of probabilities alone: average precision, area under the ROC, equal error rate."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor
from torchmetrics.functional.classification import binary_auroc, binary_average_precision, binary_eer

from wsed.metrics.bootstrap import Steps
from wsed.metrics.counts import Array, mean_over_classes

MEASURES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "ap": binary_average_precision,
    "auroc": binary_auroc,
    "eer": binary_eer,
}
STEPS = 1000
"""Thresholds at which draws are scored, at most."""


class Ranking:
    """Probabilities of items and what was true of them; items are clips, or the frames of all clips.

    Args:
        labels: event classes.
        probs: `(item, class)` in [0, 1].
        target: `(item, class)` 0/1.
        clip: `(item,)`, the number of the clip that an item belongs to.
        measures: `ap` (area under the step curve of precision over recall), `auroc`, `eer` (where as many of the
            negatives as of the positives are taken for the other).
    """

    def __init__(
        self, labels: Sequence[str], probs: Tensor, target: Tensor, clip: Tensor, measures: Sequence[str]
    ) -> None:
        self.labels = tuple(labels)
        self.probs = probs
        self.target = target.bool()
        self.clip = clip
        self.measures = tuple(measures)

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """Each measure by class, as the mean over classes, and over the items of all classes at once, by flat name.

        The mean of `ap` is `PREFIX/map`, of the others `PREFIX/auroc` and `PREFIX/eer`; over all items it is
        `PREFIX/micro/ap` and so on. A class without a positive item has no score.

        Args:
            prefix: of the names, such as `frame`.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        there = [index for index in range(len(self.labels)) if self.target[:, index].any()]
        by_class = [self._of(self.probs[:, index], self.target[:, index], self.clip, weights) for index in there]
        every = self.clip[:, None].expand_as(self.probs).flatten()
        micro = self._of(self.probs.flatten(), self.target.flatten(), every, weights)
        named: dict[str, Any] = {}
        for name in self.measures:
            values = [of_class[name] for of_class in by_class]
            named[f"{prefix}/map" if name == "ap" else f"{prefix}/{name}"] = mean_over_classes(np.stack(values, -1))
        named |= {f"{prefix}/micro/{name}": values for name, values in micro.items()}
        for index, of_class in zip(there, by_class, strict=True):
            named |= {f"{prefix}/class/{self.labels[index]}/{name}": values for name, values in of_class.items()}
        return {name: float(values[0]) if weights is None else values for name, values in named.items()}

    def _of(self, probs: Tensor, target: Tensor, clip: Tensor, weights: Array | None) -> dict[str, Array]:
        """Each measure of one class: `(draw,)`."""
        if weights is None:
            return {name: np.array([float(MEASURES[name](probs, target.long()))]) for name in self.measures}
        positive = target.double().numpy()
        at = Steps(probs.double().numpy(), positive, clip.numpy(), weights.shape[1], STEPS)
        hits, alarms = (np.cumsum(weights @ at.counts(part), 1) for part in (positive, 1 - positive))
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
        return {name: drawn[name] for name in self.measures}


def _equal_error(found: Array, false: Array) -> Array:
    """The mean of both errors where they are closest, as torchmetrics has it: `(draw, step)` twice to `(draw,)`."""
    missed, false = 1 - np.pad(found, ((0, 0), (1, 0))), np.pad(false, ((0, 0), (1, 0)))
    gap = np.abs(false - missed)
    place = np.argmin(np.where(np.isnan(gap), np.inf, gap), axis=1)
    draw = np.arange(len(gap))
    errors: Array = (false[draw, place] + missed[draw, place]) / 2
    return np.where(np.isnan(gap[:, -1]), np.nan, errors)
