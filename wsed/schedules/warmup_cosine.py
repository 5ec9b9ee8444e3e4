"""Linear warm-up, then cosine decay of the learning rate."""

import math


class WarmupCosine:
    """Rises in a straight line from 0, then falls to 0 along half a cosine.

    Args:
        warmup: share of the steps that rise, in [0, 1).
    """

    def __init__(self, warmup: float) -> None:
        self.warmup = warmup

    def __call__(self, step: int, steps: int) -> float:
        """Factor at `step` (from 0) of `steps`."""
        rising = self.warmup * steps
        if step < rising:
            return (step + 1) / (rising + 1)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1.0, steps - rising))))
