"""Dense layers on a few frames at a time."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional


class Mlp(nn.Module):
    """Dense layers with ReLU and dropout on each frame and its neighbours.

    With `[500, 500, 500]` on a frame alone it is the baseline of Kong 2018, table 2; with `[50, 50]` on five frames the
    one of DCASE 2017 task 4.

    Args:
        bands: of the features.
        widths: units of each layer.
        context: frames that a frame is seen with, itself in the middle; odd. Beyond the ends, frames are zeros.
        dropout: probability after each layer, in [0, 1).
    """

    time_reduction = 1

    def __init__(self, bands: int, widths: Sequence[int], context: int, dropout: float) -> None:
        super().__init__()
        if context % 2 == 0:
            raise ValueError(f"context is {context}; it must be odd, so that a frame has a middle")
        self.context = context
        layers: list[nn.Module] = []
        before = bands * context
        for width in widths:
            layers += [nn.Linear(before, width), nn.ReLU(), nn.Dropout(dropout)]
            before = width
        self.layers = nn.Sequential(*layers)
        self.channels = before

    def forward(self, features: Tensor) -> Tensor:
        """From `(batch, time, freq)` to `(batch, channel, time)`."""
        side = self.context // 2
        neighbours = functional.pad(features, (0, 0, side, side)).unfold(1, self.context, 1)
        embedding: Tensor = self.layers(neighbours.flatten(2))
        return embedding.transpose(1, 2)
