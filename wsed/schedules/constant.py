"""Constant learning rate."""

from wsed.schedules.base import Schedule


class Constant(Schedule):
    """Leaves the learning rate as it is."""

    def __call__(self, step: int, steps: int) -> float:
        return 1.0
