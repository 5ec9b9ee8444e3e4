"""TALNet, in the sizes for AudioSet and for DCASE 2017."""

from torch import Tensor, nn

from wsed.checks.ranges import Kernel, ListOf, Pair, Size, Sizes
from wsed.networks.base import Encoder
from wsed.networks.gru import Gru


class Talnet(Encoder):
    """Convolutions that pool time and frequency, then a bidirectional GRU (Wang, Li and Metze 2019).

    All weights of the GRU are orthogonal at first, as in the published code.

    Args:
        bands: size of the `freq` axis of the features.
        widths: number of feature maps of each convolution; ReLU follows each of them.
        kernel: size of the convolutions in time and frequency, odd.
        pools: numbers of frames and of bands that max pooling joins after each convolution.
        batch_norm: whether to put batch norm before each ReLU.
        units: units of each direction of the GRU.

    Raises:
        ValueError: the pools leave no band, there are not as many pools as widths, or the kernel is even.
    """

    keeps_frequency = False

    def __init__(
        self,
        bands: Size,
        widths: Sizes,
        kernel: Kernel,
        pools: ListOf[Pair[Size]],
        batch_norm: bool,
        units: Size,
    ) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"kernel is {kernel}; it must be odd, so that the convolution has a centre")
        if len(widths) != len(pools):
            raise ValueError(f"there are {len(widths)} widths and {len(pools)} pools; give one for each convolution")
        layers: list[nn.Module] = []
        in_channels = 1
        time_reduction = 1
        for width, (frames, pooled) in zip(widths, pools, strict=True):
            layers.append(nn.Conv2d(in_channels, width, kernel, padding=kernel // 2))
            if batch_norm:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.ReLU())
            if frames * pooled > 1:
                layers.append(nn.MaxPool2d((frames, pooled)))
            in_channels, bands = width, bands // pooled
            time_reduction *= frames
        if not bands:
            raise ValueError("the pools leave no band; pool less or use more bands")
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = Gru(in_channels * bands, units)
        self.channels = 2 * units
        self.time_reduction = time_reduction
        for name, parameter in self.named_parameters():
            if name.startswith("recurrent.weight"):
                nn.init.orthogonal_(parameter)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
            elif "bias" in name:
                nn.init.zeros_(parameter)

    def forward(self, features: Tensor) -> Tensor:
        maps = self.convolutions(features[:, None])
        states: Tensor = self.recurrent(maps.transpose(1, 2).flatten(2))[0]
        return states.transpose(1, 2)
