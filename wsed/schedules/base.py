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

    def observe(self, loss: float) -> None:  # noqa: B027  # optional
        """Receives the loss at the end of each epoch; most schedules do not depend on it.

        A schedule that does is an `nn.Module` as well, and keeps its state in buffers, for runs that resume.

        Args:
            loss: of the validation clips, or of training where there are none.
        """
