"""Noisy-or pooling."""

import torch
from torch import Tensor

from wsed.pooling.base import Pooling, flatten

LARGEST = 1 - 1e-6
"""Above this, probabilities count as this, so that a certain cell does not hide the others from the gradient."""


class NoisyOrPooling(Pooling):
    """The probability that any cell is active, were cells independent: `1 - product of (1 - p)` (Maron, Lozano-Perez).

    It grows with the number of cells: thousands of small probabilities make a certain clip.
    """

    convex = False
    permutation_invariant = True
    monotone = True

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        # In half precision 1 - p is 0 for much that is not certain.
        precise = cells.to(torch.promote_types(cells.dtype, torch.float32))
        nothing = (-precise.clamp_max(LARGEST)).log1p().masked_fill(~mask, 0).sum(2)
        return (-nothing.expm1()).to(probs.dtype)
