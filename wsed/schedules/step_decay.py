"""Step decay of the learning rate."""

from wsed.checks.ranges import Count, ShareAboveZero
from wsed.schedules.base import Schedule


class StepDecay(Schedule):
    """Multiplies the learning rate by `factor` every `every` steps.

    Args:
        factor: factor in (0, 1].
        every: number of steps.
    """

    def __init__(self, factor: ShareAboveZero, every: Count) -> None:
        self.factor = factor
        self.every = every

    def __call__(self, step: int, steps: int) -> float:
        return self.factor ** (step // self.every)
