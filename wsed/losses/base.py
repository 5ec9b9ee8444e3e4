"""The interface of loss terms."""

from abc import abstractmethod

from torch import Tensor, nn

from wsed.prediction import Prediction, Target


class LossTerm(nn.Module):
    """One term of the loss; `WeightedLoss` adds them up."""

    @abstractmethod
    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The value of the term for a batch, a scalar.

        Args:
            prediction: prediction of the system.
            target: everything that the batch knows about its clips.
        """
