"""Global max pooling."""

import torch
from torch import Tensor

from wsed.pooling.base import Pooling, flatten


class GlobalMaxPooling(Pooling):
    """Largest cell (Kong 2018, equation 1)."""

    convex = True
    permutation_invariant = True
    monotone = True

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return cells.masked_fill(~mask, -torch.inf).amax(2)
