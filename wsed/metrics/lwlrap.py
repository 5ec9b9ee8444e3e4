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
        # Imported here because it takes half a second, and training does not need it.
        from sklearn.metrics import label_ranking_average_precision_score

        self.labels = weak.sum(1)
        self.precision = np.array(
            [
                label_ranking_average_precision_score(tags[None], probs[None]) if number else 0.0
                for tags, probs, number in zip(weak, clip_probs, self.labels, strict=True)
            ]
        )

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """`PREFIX`: a number, or `(draw,)` with weights `(draw, clip)`; clips without a label do not count."""
        select = np.ones((1, len(self.labels))) if weights is None else weights
        total = select @ self.labels
        value = (select @ (self.labels * self.precision)) / np.where(total > 0, total, np.nan)
        return {prefix: float(value[0]) if weights is None else value}
