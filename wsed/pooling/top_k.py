"""Top-k mean pooling."""

import math

import torch
from torch import Tensor

from wsed.checks.ranges import ShareAboveZero
from wsed.pooling.base import Pooling, flatten
from wsed.pooling.gwrp import descending


class TopKPooling(Pooling):
    """Mean of the largest cells.

    Args:
        share: share of the valid cells of a clip that are averaged, in (0, 1], rounded up to a whole cell; 1 is global
            average pooling.

    Raises:
        ValueError: a share out of range.
    """

    convex = True
    permutation_invariant = True
    monotone = True

    def __init__(self, share: ShareAboveZero) -> None:
        super().__init__()
        if not 0 < share <= 1:
            raise ValueError(f"share is {share}; it must be above 0 and at most 1")
        self.share = share

    def forward(self, probs: Tensor, embedding: Tensor | None = None, valid: Tensor | None = None) -> Tensor:
        cells, mask = flatten(probs, valid)
        counted = torch.tensor(
            [math.ceil(round(self.share * number, 6)) for number in mask.sum(2).flatten().tolist()], device=cells.device
        )
        chosen = torch.arange(cells.shape[2], device=cells.device) < counted[:, None, None]
        cells = cells.masked_fill(~mask, -torch.inf)
        ordered = cells.gather(2, descending(cells))
        return ordered.masked_fill(~chosen, 0).sum(2) / counted[:, None].to(cells.dtype)
