"""Convolutions over time and frequency, then recurrent layers over time."""

from torch import Tensor, nn

from wsed.checks.ranges import ShareBelowOne, Size, Sizes
from wsed.networks.base import Encoder
from wsed.networks.dropout import Dropout
from wsed.networks.gru import Gru


class Crnn(Encoder):
    """Convolutions that pool only frequency, then bidirectional GRUs and a dense layer (Adavanne and Virtanen 2017).

    The paper gives no layer sizes, only a total of about 218,000 parameters. The sizes chosen here match that total
    with 40 bands and 17 classes.

    Args:
        bands: size of the `freq` axis of the features.
        widths: number of feature maps of each 3x3 convolution; batch norm and ReLU follow each of them.
        pools: number of bands that max pooling joins after each convolution.
        units: units of each direction of the two GRU layers.
        dense: units of the linear dense layer.
        dropout: probability after each layer, in [0, 1).

    Raises:
        ValueError: the pools leave no band, or there are not as many pools as widths.
    """

    keeps_frequency = False

    def __init__(
        self, bands: Size, widths: Sizes, pools: Sizes, units: Size, dense: Size, dropout: ShareBelowOne
    ) -> None:
        super().__init__()
        if len(widths) != len(pools):
            raise ValueError(f"there are {len(widths)} widths and {len(pools)} pools; give one for each convolution")
        layers: list[nn.Module] = []
        in_channels = 1
        for width, pool in zip(widths, pools, strict=True):
            layers += [nn.Conv2d(in_channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            layers += [nn.MaxPool2d((1, pool)), Dropout(dropout)]
            in_channels, bands = width, bands // pool
        if not bands:
            raise ValueError(f"pools of {list(pools)} leave no band; pool less or use more bands")
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = Gru(in_channels * bands, units, 2, dropout)
        self.dense = nn.Sequential(nn.Linear(2 * units, dense), Dropout(dropout))
        self.channels = dense

    def forward(self, features: Tensor) -> Tensor:
        maps = self.convolutions(features[:, None])
        states, _ = self.recurrent(maps.transpose(1, 2).flatten(2))
        embedding: Tensor = self.dense(states)
        return embedding.transpose(1, 2)
