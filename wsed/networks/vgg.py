"""VGG-like encoder without downsampling."""

from typing import Literal

import torch
from torch import Tensor, nn

from wsed.checks.ranges import Positive, ShareAboveZero, ShareBelowOne, Sizes
from wsed.networks.base import Encoder
from wsed.networks.dropout import Dropout


class Vgg(Encoder):
    """Blocks of two 3x3 convolutions with batch norm and ReLU; dropout follows each block.

    Time and frequency keep their size, so that each cell of the embedding belongs to one cell of the features
    (Kong 2018, section 3.1; blocks, biases and Glorot initialisation as in the published code).

    Args:
        widths: number of feature maps of each block; `[64, 64, 64, 64]` in Kong 2018.
        dropout: probability after each block, in [0, 1).
        bias: whether the convolutions have a bias.
        initial: uniform distribution of the initial weights, also of the masks' convolution: `glorot` as in Kong 2018,
            `he` as in its follow-up.
        norm_eps: added to the variances of batch norm.
        norm_momentum: weight of a batch in the running mean and variance of batch norm; 1 minus it in Keras.
    """

    keeps_frequency = True

    def __init__(
        self,
        widths: Sizes,
        dropout: ShareBelowOne,
        bias: bool,
        initial: Literal["glorot", "he"] = "glorot",
        norm_eps: Positive = 1e-5,
        norm_momentum: ShareAboveZero = 0.1,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        in_channels = 1
        for width in widths:
            for maps in (in_channels, width):
                norm = nn.BatchNorm2d(width, norm_eps, norm_momentum)
                layers += [nn.Conv2d(maps, width, 3, padding=1, bias=bias), norm, nn.ReLU()]
            layers.append(Dropout(dropout))
            in_channels = width
        self.layers = nn.Sequential(*layers)
        self.channels = in_channels
        self.reach = 2 * len(widths)
        # Convolutions in half precision are fastest in this memory layout, on CPUs and on GPUs.
        self.layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its annotations
        self.initial = initial
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                self.initialise(layer)

    def initialise(self, layer: nn.Conv1d | nn.Conv2d) -> None:
        """See `Encoder`; as the convolutions of the network."""
        super().initialise(layer)
        if self.initial == "he":
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")

    def forward(self, features: Tensor) -> Tensor:
        embedding: Tensor = self.layers(features[:, None])
        return embedding
