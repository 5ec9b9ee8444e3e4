"""Linear warm-up, then cosine decay of the learning rate."""

import math

from wsed.checks.ranges import ShareBelowOne
from wsed.schedules.base import Schedule


class WarmupCosine(Schedule):
    """Raises the learning rate linearly from 0, then lowers it to 0 along half a cosine.

    Args:
        warmup: share of the steps in which the learning rate rises, in [0, 1).
    """

    def __init__(self, warmup: ShareBelowOne) -> None:
        self.warmup = warmup

    def __call__(self, step: int, steps: int) -> float:
        rising = self.warmup * steps
        if step < rising:
            return (step + 1) / (rising + 1)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1.0, steps - rising))))
