"""The interface of augmentations."""

from abc import abstractmethod

from torch import Tensor, nn


class Augmentation(nn.Module):
    """Changes the features in training; a system does not call it in validation and test."""

    @abstractmethod
    def forward(self, features: Tensor) -> Tensor:
        """Changed features.

        Args:
            features: `(batch, time, freq)`, standardised.

        Returns:
            `(batch, time, freq)`.
        """
