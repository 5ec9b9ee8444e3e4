"""Linear softmax pooling."""

from torch import Tensor

from wsed.pooling.base import Pooling, flatten, weighted_mean

SMALLEST = 1e-7
"""Probabilities below this have the same weight, so that the mean of zeros is defined."""


class LinearSoftmaxPooling(Pooling):
    """Mean of cells weighted by their probability, `sum p^2 / sum p` (Dang et al. 2017; Wang et al. 2019)."""

    convex = True
    permutation_invariant = True
    monotone = False

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return weighted_mean(cells, cells.clamp_min(SMALLEST).log(), mask)
