"""Dilated depthwise separable convolutions."""

from typing import Literal

from torch import Tensor, nn

from wsed.checks.ranges import Kernel, ListOf, Sizes
from wsed.networks.base import Encoder
from wsed.networks.depthwise import Depthwise


class Ddc(Encoder):
    """Blocks of two dilated depthwise separable convolutions, without downsampling (Liu et al. 2022, section 2.1).

    Each is a dilated convolution within every channel, then a 1x1 convolution across channels; batch norm and ReLU
    follow both, and neither has a bias. The papers name the blocks but give no sizes; here they replace the blocks of
    Kong et al. (2019) one for one.

    Args:
        widths: number of feature maps of each block.
        dilations: dilation of each block; with 1, 2, 4, 8 and a kernel of 3, a cell depends on 61 x 61 cells.
        dilate: the dilated axes: `both`, or only `time`.
        kernel: size of the convolution in each channel, odd.
        residual: whether to add the input of a block to its output, through a 1x1 convolution if their widths differ.

    Raises:
        ValueError: the kernel is even, or there are not as many dilations as widths.
    """

    keeps_frequency = True

    def __init__(
        self,
        widths: Sizes,
        dilations: ListOf[Kernel],
        dilate: Literal["both", "time"],
        kernel: Kernel,
        residual: bool,
    ) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"kernel is {kernel}; it must be odd, so that the convolution has a centre")
        if len(widths) != len(dilations):
            raise ValueError(f"there are {len(widths)} widths and {len(dilations)} dilations; give one for each block")
        in_channels = [1, *widths[:-1]]
        self.blocks = nn.ModuleList(
            nn.Sequential(*_separable(inputs, width, kernel, steps), *_separable(width, width, kernel, steps))
            for inputs, width, dilation in zip(in_channels, widths, dilations, strict=True)
            for steps in [(dilation, dilation if dilate == "both" else 1)]
        )
        self.shortcuts = nn.ModuleList(
            nn.Identity() if inputs == width else nn.Conv2d(inputs, width, 1, bias=False)
            for inputs, width in zip(in_channels, widths, strict=True)
            if residual
        )
        self.channels = widths[-1]
        self.reach = 2 * sum(dilations) * (kernel // 2)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")

    def forward(self, features: Tensor) -> Tensor:
        embedding = features[:, None]
        for index, block in enumerate(self.blocks):
            inputs, embedding = embedding, block(embedding)
            if self.shortcuts:
                embedding = embedding + self.shortcuts[index](inputs)
        return embedding


def _separable(in_channels: int, out_channels: int, kernel: int, dilation: tuple[int, int]) -> list[nn.Module]:
    return [
        Depthwise(in_channels, kernel, dilation),
        nn.BatchNorm2d(in_channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(in_channels, out_channels, 1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    ]
