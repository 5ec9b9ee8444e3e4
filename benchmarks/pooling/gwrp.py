"""GWRP by one sort of the whole batch, compared with the published loop over clips and classes, and a sort alone.

On a CPU the sort is NumPy's; what torch's own would cost is measured beside it.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from benchmarks.figure import Figure
from benchmarks.settings import Settings
from benchmarks.timing import seconds
from wsed.pooling.gwrp import GlobalWeightedRankPooling

GPU_MINUTES = 0.3
DECAY = 0.999
TOP = 1000
"""About the number of cells that count with this decay."""


def naive(probs: Tensor) -> Tensor:
    """GWRP of one clip and class at a time: each cell is weighted by its rank."""
    pooled = torch.zeros(probs.shape[:2])
    cells = probs[0, 0].numel()
    weights = torch.tensor([DECAY**rank for rank in range(cells)], device=probs.device)
    for clip in range(probs.shape[0]):
        for label in range(probs.shape[1]):
            ordered = probs[clip, label].flatten().sort(descending=True).values
            pooled[clip, label] = (ordered * weights).sum() / weights.sum()
    return pooled


def figures(settings: Settings) -> Iterator[Figure]:
    """Speed on the masks of a batch of Kong 2018, 20 clips with 4 masks of 120 x 64 cells."""
    clips, frames, top = (2, 8, 100) if settings.small else (20, 120, TOP)
    pooling = GlobalWeightedRankPooling(DECAY)
    probs = torch.rand(clips, 4, frames, 64, device=settings.device, requires_grad=True)
    cells = probs.detach().flatten(2)
    assert torch.allclose(pooling(probs).cpu(), naive(probs), atol=1e-5)
    functions = {
        "gwrp": lambda: pooling(probs.detach()),
        "with gradient": lambda: pooling(probs).sum().backward(),
        "sort": lambda: cells.sort(2, descending=True),
        "topk": lambda: cells.topk(top, 2),
        "loop": lambda: naive(probs.detach()),
    }
    taken = seconds(functions, settings.seconds)
    yield Figure("speed", taken["loop"] / taken["gwrp"], compared="a loop over clips and classes", floor=2)
    yield Figure(
        "time against sorting", taken["gwrp"] / taken["sort"], compared="torch.sort of the same cells", ceiling=3
    )
    yield Figure(
        "time against the largest cells",
        taken["gwrp"] / taken["topk"],
        compared=f"torch.topk of {top} of the same cells",
    )
    yield Figure("time with gradient", taken["with gradient"] / taken["gwrp"], compared="without", ceiling=10)
