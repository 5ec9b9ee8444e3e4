"""Levels of audio."""

import torch
from torch import Tensor

ROW = 512
"""Samples that are summed at once."""


def rms(samples: Tensor) -> float:
    """The root mean square of `(samples,)`, bit for bit the same for any number of threads.

    PyTorch splits a plain sum among threads, so its rounding depends on the number of threads. Sums over short rows are
    never split.
    """
    squares = torch.zeros(-(-len(samples) // ROW) * ROW, dtype=torch.float64, device=samples.device)
    squares[: len(samples)] = samples.double().square()
    return float((squares.view(-1, ROW).sum(1).sum() / len(samples)).sqrt())
