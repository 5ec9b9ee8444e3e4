"""Global average pooling."""

from torch import Tensor

from wsed.pooling.base import Pooling, flatten


class GlobalAveragePooling(Pooling):
    """Mean of all cells (Kong 2018, equation 2)."""

    convex = True
    permutation_invariant = True
    monotone = True

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return (cells * mask).sum(2) / mask.sum(2)
