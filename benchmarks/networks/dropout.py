"""Dropout compared with torch's own, on the cells of a block of JSC."""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor, nn

from benchmarks.figure import Figure
from benchmarks.settings import Settings
from benchmarks.timing import seconds
from wsed.networks.dropout import Dropout


def step(dropout: nn.Module, cells: Tensor) -> None:
    """One forward and one backward pass."""
    dropout(cells).sum().backward()


def figures(settings: Settings) -> Iterator[Figure]:
    """The speed forward and backward, in both precisions, on a CPU; on a GPU ours is torch's."""
    clips = 1 if settings.small else 8
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        cells = torch.randn(clips, 64, 120, 64, dtype=dtype, requires_grad=True)
        steps = {"ours": partial(step, Dropout(0.3), cells), "theirs": partial(step, nn.Dropout(0.3), cells)}
        taken = seconds(steps, settings.seconds)
        yield Figure(f"speed in {name}", taken["theirs"] / taken["ours"], compared="torch.nn.Dropout", floor=0.8)
