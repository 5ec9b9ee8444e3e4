"""Constant learning rate."""

from wsed.schedules.base import Schedule


class Constant(Schedule):
    """Keeps the learning rate constant."""

    def __call__(self, step: int, steps: int) -> float:
        return 1.0
