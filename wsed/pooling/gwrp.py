"""Global weighted rank pooling."""

import numpy as np
import torch
from torch import Tensor

from wsed.pooling.base import Pooling, flatten


class GlobalWeightedRankPooling(Pooling):
    """A mean of all cells in descending order, the cell of rank `j` weighted by `decay ** (j - 1)` (Kong 2018, eq. 3).

    StepDecay 0 is global max pooling and 1 is global average pooling. Between them the effective number of cells is
    about `1 / (1 - decay)`, so a decay belongs to a number of cells: 0.999 to the 120 x 64 of Kong 2018, 0.9998 to the
    311 x 64 of its follow-up.

    Args:
        decay: in [0, 1].
    """

    convex = True
    permutation_invariant = True
    monotone = True

    def __init__(self, decay: float) -> None:
        super().__init__()
        if not 0 <= decay <= 1:
            raise ValueError(f"decay is {decay}; it must lie between 0 and 1")
        self.decay = decay

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        ranks = torch.arange(cells.shape[2], device=cells.device)
        # In float32 a power of a decay near 1 loses digits that thousands of ranks add up.
        weights = torch.pow(torch.tensor(self.decay, dtype=torch.float64, device=cells.device), ranks).to(cells.dtype)
        weights = weights * (ranks < mask.sum(2, keepdim=True))
        cells = cells.masked_fill(~mask, -torch.inf)
        ordered = cells.gather(2, descending(cells))
        return (ordered.masked_fill(weights == 0, 0) * weights).sum(2) / weights.sum(2)


def descending(cells: Tensor) -> Tensor:
    """Where in its row each rank is, the largest first: `(batch, class, cell)`, int64."""
    if cells.device.type == "cpu":
        # NumPy sorts with vector instructions, in a tenth of PyTorch's time.
        return torch.from_numpy(np.argsort(-cells.detach().float().numpy(), axis=2))
    return cells.argsort(2, descending=True)
