"""Gated convolutions and gated recurrent layers."""

from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.checks.ranges import Positive, ShareAboveZero, Size
from wsed.networks.base import Encoder
from wsed.networks.gru import Gru, side_by_side
from wsed.networks.keras_gru import KerasGru

Activation = Literal["gate", "relu", "none"]


class GatedCrnn(Encoder):
    """Blocks of gated convolutions, then bidirectional GRUs (Xu et al. 2018, section 3).

    Args:
        bands: size of the `freq` axis of the features.
        graph: `code`: three blocks of two layers, a seventh layer and a convolution to 256 maps, as computed by the
            published code (its eighth layer has no effect); `paper`: three blocks, and the recurrent layer follows
            directly.
        activation: activation of the layers. `gate`: twice the maps, one half of which gates the other (equation 2);
            `relu`, as in the plain CRNN of the paper; `none`, as in the published code of the plain CRNN.
        pool_time: whether each block halves time as well as frequency, as in the tagging variant; the detection variant
            pools only frequency.
        recurrent: `pair`: the states of one GRU times a sigmoid of the states of another; `keras`: the pair of the
            published code, slower GRUs of Keras with a linear and a sigmoid candidate; `single`: one GRU.
        norm_eps: added to the variances of batch norm.
        norm_momentum: weight of a batch in the running mean and variance of batch norm; 1 minus it in Keras.
        width: number of feature maps of the layers; 64 in Xu et al.

    Raises:
        ValueError: too few bands.
    """

    UNITS, LAST = 128, 256
    keeps_frequency = False

    def __init__(
        self,
        bands: Size,
        graph: Literal["code", "paper"],
        activation: Activation,
        pool_time: bool,
        recurrent: Literal["pair", "keras", "single"],
        norm_eps: Positive = 1e-5,
        norm_momentum: ShareAboveZero = 0.1,
        width: Size = 64,
    ) -> None:
        super().__init__()
        pool = (2, 2) if pool_time else (1, 2)
        convolution = partial(GatedConv, activation=activation, norm_eps=norm_eps, norm_momentum=norm_momentum)
        layers: list[nn.Module] = []
        in_channels = 1
        for _ in range(3):
            layers += [convolution(in_channels, width), convolution(width, width), nn.MaxPool2d(pool)]
            in_channels, bands = width, bands // 2
        states_in = in_channels * bands
        if graph == "code":
            layers += [convolution(in_channels, width), nn.MaxPool2d((1, 2))]
            layers += [nn.Conv2d(width, self.LAST, 3, padding=1), nn.ReLU()]
            layers += [nn.MaxPool2d((1, max(1, bands // 2)))]
            states_in = self.LAST
        if bands < 2:
            raise ValueError("the blocks leave no band; use 16 bands or more")
        self.convolutions = nn.Sequential(*layers)
        self.convolutions.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its annotations
        self.gates_states = recurrent == "pair"
        self.recurrent = nn.ModuleList()
        if recurrent == "keras":
            for candidate in (torch.nn.Identity(), torch.nn.Sigmoid()):
                self.recurrent.append(KerasGru(states_in, self.UNITS, candidate))
        else:
            for _ in range(2 if recurrent == "pair" else 1):
                self.recurrent.append(Gru(states_in, self.UNITS))
        self.time_reduction = 8 if pool_time else 1
        self.channels = 2 * self.UNITS
        for name, parameter in self.named_parameters():
            if "weight_hh" in name:
                nn.init.orthogonal_(parameter)
            elif parameter.ndim > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, features: Tensor) -> Tensor:
        maps = self.convolutions(features[:, None]).transpose(1, 2).flatten(2)
        if self.gates_states:
            states, gate = side_by_side([*self.recurrent], maps)
            return (states * torch.sigmoid(gate)).transpose(1, 2)
        each: list[Tensor] = [layer(maps)[0] for layer in self.recurrent]
        return (each[0] * each[1] if len(each) == 2 else each[0]).transpose(1, 2)


class GatedConv(nn.Module):
    """A 3x3 convolution with batch norm and its activation (Xu et al. 2018, equation 2).

    Args:
        in_channels: number of input maps.
        out_channels: number of output maps.
        activation: see `GatedCrnn`; a gate takes twice as many maps from the convolution, linear ones first.
        norm_eps: see `GatedCrnn`.
        norm_momentum: see `GatedCrnn`.
    """

    def __init__(
        self, in_channels: int, out_channels: int, activation: Activation, norm_eps: float, norm_momentum: float
    ) -> None:
        super().__init__()
        maps = 2 * out_channels if activation == "gate" else out_channels
        self.convolution = nn.Conv2d(in_channels, maps, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(maps, norm_eps, norm_momentum)
        self.activation = {"gate": Gate(), "relu": nn.ReLU(), "none": nn.Identity()}[activation]

    def forward(self, maps: Tensor) -> Tensor:
        """From `(batch, in_channels, time, freq)` to `(batch, out_channels, time, freq)`."""
        activated: Tensor = self.activation(self.norm(self.convolution(maps)))
        return activated


class Gate(nn.Module):
    """`nn.GLU` along the maps, for channels last.

    There, the gradients of `nn.GLU` itself have another memory layout than its input, which makes the backward pass of
    batch norm ten times slower.
    """

    def forward(self, maps: Tensor) -> Tensor:
        """From `(batch, 2 * channels, time, freq)` to `(batch, channels, time, freq)`."""
        return functional.glu(maps.permute(0, 2, 3, 1), 3).permute(0, 3, 1, 2)
