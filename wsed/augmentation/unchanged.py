"""No augmentation."""

from torch import Tensor, nn


class Unchanged(nn.Module):
    """Leaves features as they are."""

    def forward(self, features: Tensor) -> Tensor:
        """`(batch, time, freq)` to the same."""
        return features
