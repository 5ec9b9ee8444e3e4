"""VGG-like encoder without downsampling."""

from typing import Literal

import torch
from torch import Tensor, nn

from wsed.checks.ranges import Growth, Positive, ShareAboveZero, ShareBelowOne, Sizes
from wsed.networks.base import Encoder
from wsed.networks.dropout import Dropout

LARGEST_DILATION = 1023


class Vgg(Encoder):
    """Blocks of two 3x3 convolutions with batch norm and ReLU; dropout follows each block.

    Time and frequency keep their size, so that each cell of the embedding belongs to one cell of the features
    (Kong 2018, section 3.1; blocks, biases and Glorot initialisation as in the published code). Without dilation, as in
    the papers, a cell depends on the 17 x 17 cells around it. With dilations that double from block to block (Yu and
    Koltun 2016), the same convolutions see 61 x 61 cells: almost all bands, and two seconds.

    Args:
        widths: number of feature maps of each block; `[64, 64, 64, 64]` in Kong 2018.
        dropout: probability after each block, in [0, 1).
        bias: whether the convolutions have a bias.
        initial: uniform distribution of the initial weights, also of the masks' convolution: `glorot` as in Kong 2018,
            `he` as in its follow-up.
        norm_eps: added to the variances of batch norm.
        norm_momentum: weight of a batch in the running mean and variance of batch norm; 1 minus it in Keras.
        dilation_growth: dilation of a block relative to the block before it; the first block has 1.

    Raises:
        ValueError: the growth and the number of blocks give a dilation above 1,023.
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
        dilation_growth: Growth = 1,
    ) -> None:
        super().__init__()
        dilations = [dilation_growth**block for block in range(len(widths))]
        if dilations[-1] > LARGEST_DILATION:
            raise ValueError(
                f"dilation_growth is {dilation_growth}, and with {len(widths)} blocks the last one has a dilation "
                f"above {LARGEST_DILATION:,}; give fewer widths or less growth"
            )
        layers: list[nn.Module] = []
        in_channels = 1
        for width, dilation in zip(widths, dilations, strict=True):
            for maps in (in_channels, width):
                convolution = nn.Conv2d(maps, width, 3, padding=dilation, dilation=dilation, bias=bias)
                layers += [convolution, nn.BatchNorm2d(width, norm_eps, norm_momentum), nn.ReLU(inplace=True)]
            layers.append(Dropout(dropout))
            in_channels = width
        self.layers = nn.Sequential(*layers)
        self.channels = in_channels
        self.reach = 2 * sum(dilations)
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
