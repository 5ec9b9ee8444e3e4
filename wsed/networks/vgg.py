"""VGG-like encoder without downsampling."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from wsed.networks.dropout import Dropout


class Vgg(nn.Module):
    """Blocks of two 3x3 convolutions, batch norm and ReLU, and dropout after each block.

    Time and frequency keep their size, so that each cell of the embedding belongs to one cell of the features
    (Kong 2018, section 3.1; blocks, biases and Glorot initialisation as in the published code).

    Args:
        widths: feature maps of each block; Kong 2018 has `[64, 64, 64, 64]`.
        dropout: probability after each block, in [0, 1).
        bias: whether convolutions have one.
        initial: weights to begin with, uniform: `glorot` in Kong 2018, `he` in its follow-up.
    """

    def __init__(
        self, widths: Sequence[int], dropout: float, bias: bool, initial: Literal["glorot", "he"] = "glorot"
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for width in widths:
            for maps in (before, width):
                layers += [nn.Conv2d(maps, width, 3, padding=1, bias=bias), nn.BatchNorm2d(width), nn.ReLU()]
            layers.append(Dropout(dropout))
            before = width
        self.layers = nn.Sequential(*layers)
        self.channels = before
        # The layout in which convolutions in half precision are fastest, on CPUs and GPUs.
        self.layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its annotations
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                if initial == "glorot":
                    nn.init.xavier_uniform_(layer.weight)
                else:
                    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, features: Tensor) -> Tensor:
        """From `(batch, time, freq)` to `(batch, channel, time, freq)`."""
        embedding: Tensor = self.layers(features[:, None])
        return embedding
