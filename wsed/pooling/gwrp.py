"""Global weighted rank pooling."""

import numpy as np
import torch
from torch import Tensor

from wsed.checks.ranges import Share
from wsed.pooling.base import Pooling, flatten


class GlobalWeightedRankPooling(Pooling):
    """Mean of cells; the `j`-th largest cell has the weight `decay ** (j - 1)` (Kong 2018, equation 3).

    A decay of 0 is global max pooling, and 1 is global average pooling. Between them, the effective number of cells is
    about `1 / (1 - decay)`. So the decay depends on the size of the mask: 0.999 for the 120 x 64 cells of Kong 2018,
    0.9998 for the 311 x 64 cells of its follow-up.

    Args:
        decay: in [0, 1].

    Raises:
        ValueError: a decay out of range.
    """

    convex = True
    permutation_invariant = True
    monotone = True

    def __init__(self, decay: Share) -> None:
        super().__init__()
        if not 0 <= decay <= 1:
            raise ValueError(f"decay is {decay}; it must lie between 0 and 1")
        self.decay = decay

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        ranks = torch.arange(cells.shape[2], device=cells.device)
        # In float32, powers of a decay near 1 have rounding errors that add up over thousands of ranks.
        weights = torch.pow(torch.tensor(self.decay, dtype=torch.float64, device=cells.device), ranks).to(cells.dtype)
        weights = weights * (ranks < mask.sum(2, keepdim=True))
        cells = cells.masked_fill(~mask, -torch.inf)
        ordered = cells.gather(2, descending(cells))
        return (ordered.masked_fill(weights == 0, 0) * weights).sum(2) / weights.sum(2)


def descending(cells: Tensor) -> Tensor:
    """Indices that sort each row of `(batch, class, cell)` in descending order, int64 of the same shape."""
    if cells.device.type == "cpu":
        # NumPy sorts with vector instructions, ten times as fast as PyTorch, but has no bfloat16.
        known = cells.detach() if cells.dtype == torch.float64 else cells.detach().float()
        return torch.from_numpy(np.argsort(-known.numpy(), axis=2))
    return cells.argsort(2, descending=True)
