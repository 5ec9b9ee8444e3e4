"""Constant learning rate."""


class Constant:
    """The same learning rate throughout."""

    def __call__(self, step: int, steps: int) -> float:
        """Factor at `step` (from 0) of `steps`."""
        return 1.0
