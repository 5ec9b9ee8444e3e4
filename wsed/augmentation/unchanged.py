"""No augmentation."""

from torch import Tensor

from wsed.augmentation.base import Augmentation


class Unchanged(Augmentation):
    """Leaves features as they are."""

    def forward(self, features: Tensor) -> Tensor:
        return features
