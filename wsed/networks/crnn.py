"""Convolutions over time and frequency, then recurrent layers over time."""

from collections.abc import Sequence

from torch import Tensor, nn


class Crnn(nn.Module):
    """Convolutions that pool frequency alone, then bidirectional GRUs and a dense layer (Adavanne and Virtanen 2017).

    Sizes are a reading: the paper gives about 218,000 parameters, which these have with 40 bands and 17 classes.

    Args:
        bands: of the features.
        widths: feature maps of each 3x3 convolution, with batch norm and ReLU.
        pools: bands that become one after each of them.
        units: of each direction of two GRU layers.
        dense: units of the dense layer, which is linear.
        dropout: probability after each layer, in [0, 1).
    """

    time_reduction = 1

    def __init__(
        self, bands: int, widths: Sequence[int], pools: Sequence[int], units: int, dense: int, dropout: float
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for width, pool in zip(widths, pools, strict=True):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            layers += [nn.MaxPool2d((1, pool)), nn.Dropout(dropout)]
            before, bands = width, bands // pool
        if not bands:
            raise ValueError(f"pools of {list(pools)} leave no band; pool less or use more bands")
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = nn.GRU(before * bands, units, 2, batch_first=True, bidirectional=True, dropout=dropout)
        self.dense = nn.Sequential(nn.Linear(2 * units, dense), nn.Dropout(dropout))
        self.channels = dense

    def forward(self, features: Tensor) -> Tensor:
        """From `(batch, time, freq)` to `(batch, channel, time)`."""
        maps = self.convolutions(features[:, None])
        states, _ = self.recurrent(maps.transpose(1, 2).flatten(2))
        embedding: Tensor = self.dense(states)
        return embedding.transpose(1, 2)
