"""Power pooling."""

import torch
from torch import Tensor, nn

from wsed.checks.ranges import Exponent
from wsed.pooling.base import Pooling, flatten, weighted_mean
from wsed.pooling.linear_softmax import SMALLEST


class PowerPooling(Pooling):
    """Mean of cells weighted by `p ** n`, with n learnt for each class (Liu et al. 2021).

    With n = 0 it is the mean, with n = 1 linear softmax; it approaches the maximum as n grows. If training makes n
    negative, 0 is used.

    Args:
        n: initial value, 0 or more; 1 in the paper.

    Raises:
        ValueError: a negative n.
    """

    convex = True
    permutation_invariant = True
    monotone = False

    n: nn.Parameter

    def __init__(self, n: Exponent) -> None:
        super().__init__()
        if n < 0:
            raise ValueError(f"n is {n}; it must be 0 or more")
        self.start = n

    def prepare(self, classes: int, bands: int, channels: int) -> None:
        self.n = nn.Parameter(torch.full((classes,), float(self.start)))

    def learnt(self) -> dict[str, Tensor]:
        return {"n": self.n.clamp_min(0)}

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return weighted_mean(cells, self.n.clamp_min(0)[:, None] * cells.clamp_min(SMALLEST).log(), mask)
