"""Log-sum-exp pooling."""

import torch
from torch import Tensor

from wsed.checks.ranges import Sharpness
from wsed.pooling.base import Pooling, flatten


class LogSumExpPooling(Pooling):
    """Smooth maximum, `log(mean of exp(r p)) / r` (Pinheiro and Collobert 2015).

    Args:
        r: sharpness, above 0; the result approaches the mean as r goes to 0, and the maximum as r grows. 5 in the
            paper.

    Raises:
        ValueError: r is 0 or less.
    """

    convex = True
    permutation_invariant = True
    monotone = True

    def __init__(self, r: Sharpness) -> None:
        super().__init__()
        if r <= 0:
            raise ValueError(f"r is {r}; it must be above 0")
        self.r = r

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        total = (self.r * cells).masked_fill(~mask, -torch.inf).logsumexp(2)
        return (total - mask.sum(2).to(cells.dtype).log()) / self.r
