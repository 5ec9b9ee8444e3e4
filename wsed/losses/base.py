"""The interface of loss terms."""

from abc import abstractmethod
from collections.abc import Collection, Iterable
from typing import ClassVar

from torch import Tensor, nn

from wsed.prediction import Prediction, Target


class LossTerm(nn.Module):
    """One term of the loss; `WeightedLoss` adds them up.

    Attributes:
        needs_sources: whether the term is 0 for clips whose sources are not known.
    """

    needs_sources: ClassVar[bool] = False

    @abstractmethod
    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The value of the term for a batch, a scalar.

        Args:
            prediction: prediction of the system.
            target: everything that the batch knows about its clips.
        """

    def idle_reason(self, tags: Iterable[Collection[str]], classes: int) -> str | None:
        """Why the term is constant on these clips, so that its weight changes nothing; None if it is not.

        Args:
            tags: the event classes of each training clip. They may be found one by one, so that a term stops as soon as
                it knows.
            classes: number of event classes.
        """
        return None
