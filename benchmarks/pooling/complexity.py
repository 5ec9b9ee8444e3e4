"""The cost of GWRP in the number of frames; that of sorting n cells is n log n."""

from collections.abc import Callable, Iterator

import torch

from benchmarks.figure import EXPONENT, Figure
from benchmarks.settings import Settings
from benchmarks.timing import cost_exponent
from wsed.pooling.gwrp import GlobalWeightedRankPooling


def figures(settings: Settings) -> Iterator[Figure]:
    """The exponent, from clips of 4 s to clips of 64 s at 30 frames per second."""
    sizes = (16, 64) if settings.small else (120, 240, 480, 960, 1920)
    pooling = GlobalWeightedRankPooling(0.9998)

    def make(frames: int) -> Callable[[], object]:
        probs = torch.rand(8, 4, frames, 64, device=settings.device)
        return lambda: pooling(probs)

    exponent = cost_exponent(make, sizes, settings.seconds)
    yield Figure("GWRP in frames", exponent, EXPONENT, compared="1 is proportional", ceiling=1.5)
