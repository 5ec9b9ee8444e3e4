"""Step decay of the learning rate."""


class StepDecay:
    """The learning rate times `factor` every `every` steps.

    Args:
        factor: in (0, 1].
        every: steps.
    """

    def __init__(self, factor: float, every: int) -> None:
        self.factor = factor
        self.every = every

    def __call__(self, step: int, steps: int) -> float:
        """Factor at `step` (from 0) of `steps`."""
        return self.factor ** (step // self.every)
