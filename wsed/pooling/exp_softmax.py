"""Exponential softmax pooling."""

from torch import Tensor

from wsed.pooling.base import Pooling, flatten, weighted_mean


class ExponentialSoftmaxPooling(Pooling):
    """A mean in which a cell weighs as much as the exponential of its probability: `sum p e^p / sum e^p` (TALNet)."""

    convex = True
    permutation_invariant = True
    monotone = True

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return weighted_mean(cells, cells, mask)
