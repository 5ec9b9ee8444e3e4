"""What every learning-rate schedule is."""

from typing import Protocol


class Schedule(Protocol):
    """A factor on the optimizer's learning rate.

    One file of `wsed/schedules/` and one YAML of `conf/schedule/` add a schedule.
    """

    def __call__(self, step: int, steps: int) -> float:
        """Factor at optimizer step `step`, from 0, of `steps`."""
        ...
