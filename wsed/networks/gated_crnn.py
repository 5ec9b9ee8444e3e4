"""Gated convolutions and gated recurrent layers."""

from typing import Literal

import torch
from torch import Tensor, nn

from wsed.networks.keras_gru import KerasGru


class GatedCrnn(nn.Module):
    """Blocks of convolutions that gate themselves, then bidirectional GRUs (Xu et al. 2018).

    Args:
        bands: of the features.
        graph: `code`: three blocks of two layers, a seventh layer and a convolution to 256 maps, as the published code
            computes (its eighth layer is dead); `paper`: three blocks, whose maps go straight to the recurrent layer.
        activation: of the layers. `gate`: twice the maps, half of which decide how much of the other half passes
            (eq. 2); `relu`, as in the paper's plain CRNN; `none`, as in that one's published code.
        pool_time: the blocks halve time as well as frequency, as the tagging variant does; the detection variant pools
            frequency alone.
        recurrent: `pair`: the states of one GRU times a sigmoid of another's; `keras`: the pair of the published code,
            slower cells of Keras with linear and with sigmoid candidates; `single`: one GRU.
    """

    WIDTH, UNITS, LAST = 64, 128, 256

    def __init__(
        self,
        bands: int,
        graph: Literal["code", "paper"],
        activation: Literal["gate", "relu", "none"],
        pool_time: bool,
        recurrent: Literal["pair", "keras", "single"],
    ) -> None:
        super().__init__()
        pool = (2, 2) if pool_time else (1, 2)
        layers: list[nn.Module] = []
        before = 1
        for _ in range(3):
            layers += [_Layer(before, self.WIDTH, activation), _Layer(self.WIDTH, self.WIDTH, activation)]
            layers += [nn.MaxPool2d(pool)]
            before, bands = self.WIDTH, bands // 2
        self.channels_in = before * bands
        if graph == "code":
            layers += [_Layer(before, self.WIDTH, activation), nn.MaxPool2d((1, 2))]
            layers += [nn.Conv2d(self.WIDTH, self.LAST, 3, padding=1), nn.ReLU()]
            layers += [nn.MaxPool2d((1, max(1, bands // 2)))]
            self.channels_in = self.LAST
        if bands < 2:
            raise ValueError("the blocks leave no band; use 16 bands or more")
        self.convolutions = nn.Sequential(*layers)
        self.gates_states = recurrent == "pair"
        self.recurrent = nn.ModuleList()
        if recurrent == "keras":
            for candidate in (torch.nn.Identity(), torch.nn.Sigmoid()):
                self.recurrent.append(KerasGru(self.channels_in, self.UNITS, candidate))
        else:
            for _ in range(2 if recurrent == "pair" else 1):
                self.recurrent.append(nn.GRU(self.channels_in, self.UNITS, batch_first=True, bidirectional=True))
        self.time_reduction = 8 if pool_time else 1
        self.channels = 2 * self.UNITS
        for name, parameter in self.named_parameters():
            if "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, features: Tensor) -> Tensor:
        """From `(batch, time, freq)` to `(batch, channel, time / time_reduction)`."""
        maps = self.convolutions(features[:, None]).transpose(1, 2).flatten(2)
        states: list[Tensor] = [layer(maps)[0] for layer in self.recurrent]
        if len(states) == 1:
            return states[0].transpose(1, 2)
        gate = torch.sigmoid(states[1]) if self.gates_states else states[1]
        return (states[0] * gate).transpose(1, 2)


class _Layer(nn.Module):
    """A 3x3 convolution with batch norm and its activation."""

    def __init__(self, before: int, width: int, activation: Literal["gate", "relu", "none"]) -> None:
        super().__init__()
        maps = 2 * width if activation == "gate" else width
        self.convolution = nn.Conv2d(before, maps, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(maps)
        self.activation = {"gate": nn.GLU(1), "relu": nn.ReLU(), "none": nn.Identity()}[activation]

    def forward(self, maps: Tensor) -> Tensor:
        activated: Tensor = self.activation(self.norm(self.convolution(maps)))
        return activated
