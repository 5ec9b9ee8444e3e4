"""Dilated depthwise separable convolutions."""

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn


class Ddc(nn.Module):
    """Blocks of two dilated depthwise separable convolutions, without downsampling (Liu et al. 2022, section 2.1).

    A convolution is 3x3 in each channel, dilated, then 1x1 across channels, each with batch norm and ReLU and without
    bias. The papers name the blocks but not their sizes; these replace the blocks of Kong et al. (2019) one for one.

    Args:
        widths: feature maps of each block.
        dilations: of each block; with 1, 2, 4, 8 a cell sees 61 x 61.
        dilate: what is dilated, `both` axes alike or `time` alone.
        kernel: size of the convolution in each channel, odd.
        residual: add a block's input to its output, through a 1x1 convolution where their widths differ.
    """

    def __init__(
        self,
        widths: Sequence[int],
        dilations: Sequence[int],
        dilate: Literal["both", "time"],
        kernel: int,
        residual: bool,
    ) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"kernel is {kernel}; it must be odd, so that a cell has a middle")
        if len(widths) != len(dilations):
            raise ValueError(f"there are {len(widths)} widths and {len(dilations)} dilations; give one for each block")
        befores = [1, *widths[:-1]]
        self.blocks = nn.ModuleList(
            nn.Sequential(*_separable(before, width, kernel, steps), *_separable(width, width, kernel, steps))
            for before, width, dilation in zip(befores, widths, dilations, strict=True)
            for steps in [(dilation, dilation if dilate == "both" else 1)]
        )
        self.shortcuts = nn.ModuleList(
            nn.Identity() if before == width else nn.Conv2d(before, width, 1, bias=False)
            for before, width in zip(befores, widths, strict=True)
            if residual
        )
        self.channels = widths[-1]
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")

    def forward(self, features: Tensor) -> Tensor:
        """From `(batch, time, freq)` to `(batch, channel, time, freq)`."""
        embedding = features[:, None]
        for index, block in enumerate(self.blocks):
            before, embedding = embedding, block(embedding)
            if self.shortcuts:
                embedding = embedding + self.shortcuts[index](before)
        return embedding


def _separable(before: int, width: int, kernel: int, dilation: tuple[int, int]) -> list[nn.Module]:
    return [
        nn.Conv2d(before, before, kernel, padding="same", dilation=dilation, groups=before, bias=False),
        nn.BatchNorm2d(before),
        nn.ReLU(),
        nn.Conv2d(before, width, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    ]
