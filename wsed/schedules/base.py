"""The interface of learning-rate schedules."""

from abc import ABC, abstractmethod


class Schedule(ABC):
    """Gives the factor on the learning rate of the optimizer."""

    @abstractmethod
    def __call__(self, step: int, steps: int) -> float:
        """The factor at a step.

        Args:
            step: optimizer steps so far, from 0.
            steps: number of optimizer steps of the whole training.

        Returns:
            0 or more.
        """
