"""TALNet and its smaller sibling."""

from collections.abc import Sequence

from torch import Tensor, nn


class Talnet(nn.Module):
    """Convolutions that pool time and frequency, then a bidirectional GRU (Wang, Li and Metze 2019).

    Args:
        bands: of the features.
        widths: feature maps of each convolution, with ReLU.
        kernel: their size in time and frequency, odd.
        pools: frames and bands that become one after each of them.
        batch_norm: before each ReLU.
        units: of each direction of the GRU.
    """

    def __init__(
        self,
        bands: int,
        widths: Sequence[int],
        kernel: int,
        pools: Sequence[Sequence[int]],
        batch_norm: bool,
        units: int,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        self.time_reduction = 1
        for width, (frames, pooled) in zip(widths, pools, strict=True):
            layers.append(nn.Conv2d(before, width, kernel, padding=kernel // 2))
            if batch_norm:
                layers.append(nn.BatchNorm2d(width))
            layers.append(nn.ReLU())
            if frames * pooled > 1:
                layers.append(nn.MaxPool2d((frames, pooled)))
            before, bands = width, bands // pooled
            self.time_reduction *= frames
        if not bands:
            raise ValueError("the pools leave no band; pool less or use more bands")
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = nn.GRU(before * bands, units, batch_first=True, bidirectional=True)
        self.channels = 2 * units
        for name, parameter in self.named_parameters():
            if "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)
            elif "bias" in name:
                nn.init.zeros_(parameter)

    def forward(self, features: Tensor) -> Tensor:
        """From `(batch, time, freq)` to `(batch, channel, time / time_reduction)`."""
        maps = self.convolutions(features[:, None])
        states: Tensor = self.recurrent(maps.transpose(1, 2).flatten(2))[0]
        return states.transpose(1, 2)
