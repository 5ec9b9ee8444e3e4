"""Exponential softmax pooling."""

from torch import Tensor

from wsed.pooling.base import Pooling, flatten, weighted_mean


class ExponentialSoftmaxPooling(Pooling):
    """Mean of cells weighted by the exponential of their probability, `sum p e^p / sum e^p` (Wang et al. 2019)."""

    convex = True
    permutation_invariant = True
    monotone = True

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return weighted_mean(cells, cells, mask)
