"""Dense layers on a few frames at a time."""

from torch import Tensor, nn
from torch.nn import functional

from wsed.checks.ranges import Kernel, ListOrEmpty, ShareBelowOne, Size
from wsed.networks.base import Encoder


class Mlp(Encoder):
    """Dense layers with ReLU and dropout on each frame and its neighbours.

    Widths `[500, 500, 500]` on single frames give the baseline of Kong 2018, table 2; `[50, 50]` on five frames give
    the baseline of DCASE 2017 task 4.

    Args:
        bands: size of the `freq` axis of the features.
        widths: units of each layer; the embedding is the output of the last one. Without any, it is the features.
        context: number of frames that are joined around each frame, odd. Frames beyond the ends of the clip are zeros.
        dropout: probability after each layer, in [0, 1).

    Raises:
        ValueError: the context is even.
    """

    keeps_frequency = False

    def __init__(self, bands: Size, widths: ListOrEmpty[Size], context: Kernel, dropout: ShareBelowOne) -> None:
        super().__init__()
        if context % 2 == 0:
            raise ValueError(f"context is {context}; it must be odd, so that it has a centre")
        self.context = context
        layers: list[nn.Module] = []
        in_channels = bands * context
        for width in widths:
            layers += [nn.Linear(in_channels, width), nn.ReLU(), nn.Dropout(dropout)]
            in_channels = width
        self.layers = nn.Sequential(*layers)
        self.channels = in_channels
        self.reach = context // 2

    def forward(self, features: Tensor) -> Tensor:
        side = self.context // 2
        neighbours = functional.pad(features, (0, 0, side, side)).unfold(1, self.context, 1)
        embedding: Tensor = self.layers(neighbours.flatten(2))
        return embedding.transpose(1, 2)
