"""No augmentation."""

from torch import Tensor

from wsed.augmentation.base import Augmentation


class Unchanged(Augmentation):
    """Returns the features unchanged."""

    def forward(self, features: Tensor) -> Tensor:
        return features
