"""Decay of the learning rate where the loss stays."""

import torch
from torch import Tensor, nn

from wsed.checks.ranges import CountFromZero, Share
from wsed.schedules.base import Schedule


class Plateau(nn.Module, Schedule):
    """Multiplies the learning rate by `factor` after epochs that have not lowered the loss (Wang 2019, published code).

    It gives what PyTorch's `ReduceLROnPlateau` does. Lightning updates that one only after it has saved the checkpoint
    of the epoch, so that a run that resumes would miss an epoch.

    Args:
        factor: factor in [0, 1].
        patience: number of epochs in a row without a lower loss that leave the learning rate as it is; one more lowers
            it. A loss counts as lower if it falls by more than 0.01 %.
    """

    THRESHOLD = 1e-4

    lowest: Tensor
    waited: Tensor
    current: Tensor

    def __init__(self, factor: Share, patience: CountFromZero) -> None:
        super().__init__()
        self.factor = factor
        self.patience = patience
        self.register_buffer("lowest", torch.tensor(torch.inf))
        self.register_buffer("waited", torch.tensor(0))
        self.register_buffer("current", torch.tensor(1.0))

    def forward(self, step: int, steps: int) -> float:
        """See `Schedule`."""
        return float(self.current)

    def observe(self, loss: float) -> None:
        """See `Schedule`."""
        if loss < self.lowest * (1 - self.THRESHOLD):
            self.lowest.fill_(loss)
            self.waited.zero_()
            return
        self.waited += 1
        if self.waited > self.patience:
            self.current *= self.factor
            self.waited.zero_()
