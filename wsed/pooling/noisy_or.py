"""Noisy-or pooling."""

import torch
from torch import Tensor

from wsed.pooling.base import Pooling, flatten

LARGEST = 1 - 1e-6
"""Probabilities are clamped to this, so that a cell of probability 1 does not cancel the gradient of all others."""


class NoisyOrPooling(Pooling):
    """Probability that any of the cells is active, if they are independent (Maron and Lozano-Perez 1998).

    This is `1 - product of (1 - p)`. It grows with the number of cells: thousands of small probabilities add up to near
    certainty.
    """

    convex = False
    permutation_invariant = True
    monotone = True

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        # In half precision, 1 - p rounds to 0 for probabilities well below 1.
        precise = cells.to(torch.promote_types(cells.dtype, torch.float32))
        nothing = (-precise.clamp_max(LARGEST)).log1p().masked_fill(~mask, 0).sum(2)
        return (-nothing.expm1()).to(probs.dtype)
