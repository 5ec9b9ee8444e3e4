"""Dropout that costs little on a CPU."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Dropout(nn.Module):
    """Dropout that draws one 64-bit random number for four cells on a CPU.

    PyTorch draws one number for each cell, on a single thread, which takes as long as the convolutions of a network
    without downsampling.

    Args:
        probability: probability that a cell becomes 0, in [0, 1); on a CPU rounded to a multiple of 1 / 65536.

    Raises:
        ValueError: a probability out of range.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        if not 0 <= probability < 1:
            raise ValueError(f"probability is {probability}; it must be at least 0 and below 1")
        self.probability = probability

    def forward(self, cells: Tensor) -> Tensor:
        """Cells of any shape to the same; in training, cells that are kept are scaled up to preserve the mean."""
        if not self.training or not self.probability:
            return cells
        if cells.device.type != "cpu":
            return functional.dropout(cells, self.probability)
        dropped = round(self.probability * 2**16)
        words = torch.empty(math.ceil(cells.numel() / 4), dtype=torch.int64).random_(-(2**63), None)
        # Comparing into the cells' type takes far less time than a bool mask and its conversion.
        kept = torch.empty(cells.numel(), dtype=cells.dtype)
        torch.ge(words.view(torch.int16)[: cells.numel()], dropped - 2**15, out=kept)
        # The mask has the memory layout of the cells, so that every layout is fast.
        kept = kept.as_strided(cells.shape, torch.empty_like(cells, device="meta").stride())
        return cells * kept * (2**16 / (2**16 - dropped))
