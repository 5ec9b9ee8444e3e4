"""Auto-pooling."""

import torch
from torch import Tensor, nn

from wsed.checks.ranges import Alpha
from wsed.pooling.base import Pooling, flatten, weighted_mean


class AutoPooling(Pooling):
    """Mean of cells weighted by `exp(alpha * p)`, with alpha learnt for each class (McFee, Salamon and Bello 2018).

    With alpha = 0 it is the mean, with alpha = 1 exponential softmax; it approaches the maximum as alpha grows.

    Args:
        alpha: initial value; 0 in the paper.
    """

    convex = True
    permutation_invariant = True
    monotone = False

    alpha: nn.Parameter

    def __init__(self, alpha: Alpha) -> None:
        super().__init__()
        self.start = alpha

    def prepare(self, classes: int, bands: int, channels: int) -> None:
        self.alpha = nn.Parameter(torch.full((classes,), float(self.start)))

    def learnt(self) -> dict[str, Tensor]:
        return {"alpha": self.alpha}

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        return weighted_mean(cells, self.alpha[:, None] * cells, mask)
