"""Label-weighted label-ranking average precision (DCASE 2019 task 2)."""

from typing import Any

import numpy as np

from wsed.metrics.base import Array, Statistics, Weights


class Lwlrap(Statistics):
    """The rank of the true classes among all classes in each clip; every label has the same weight.

    Args:
        clip_probs: `(clip, class)` in [0, 1].
        weak: `(clip, class)` 0/1.
    """

    def __init__(self, clip_probs: Array, weak: Array) -> None:
        self.labels = weak.sum(1)
        total = np.zeros(len(weak))
        for own, probs in zip(weak.T, clip_probs.T, strict=True):
            # Of classes with equal probabilities, none comes before the others.
            higher = clip_probs >= probs[:, None]
            total += own * (higher * weak).sum(1) / higher.sum(1)
        self.precision = total / np.maximum(self.labels, 1)

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """`PREFIX`: a number, or `(draw,)` with weights `(draw, clip)`; clips without a label do not count."""
        select = np.ones((1, len(self.labels))) if weights is None else weights
        total = select @ self.labels
        value = (select @ (self.labels * self.precision)) / np.where(total > 0, total, np.nan)
        return {prefix: float(value[0]) if weights is None else value}
