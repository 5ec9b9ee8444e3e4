"""Layers as ONNX has them."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.inference.export.outputs import StandIns
from wsed.inference.export.stand_ins import COMMON
from wsed.networks.gru import Gru
from wsed.networks.keras_gru import KerasGru

Attributes = dict[str, Any]


class ConvolvedMel(nn.Module):
    """A `MelSpectrogram` by convolutions with windowed cosines and sines.

    The STFT of ONNX is far slower in onnxruntime, and needs complex numbers. Bins that no filter uses are left out.

    Args:
        mel: the original.
    """

    def __init__(self, mel: MelSpectrogram) -> None:
        super().__init__()
        used = mel.filters.amax(1) > 0
        bins = torch.arange(mel.stft.bins, dtype=torch.float64)[used]
        samples = torch.arange(mel.stft.window_size, dtype=torch.float64)
        angles = 2 * math.pi / mel.stft.fft_size * torch.outer(bins, samples)
        waves = torch.cat([angles.cos(), angles.sin()]) * mel.stft.window.double()
        self.waves = nn.Buffer(waves.float()[:, None])
        self.filters = nn.Buffer(mel.filters[used])
        self.hop = mel.stft.hop
        self.floor = mel.floor

    def forward(self, waveform: Tensor) -> Tensor:
        """See `MelSpectrogram`."""
        parts = functional.conv1d(waveform[:, None], self.waves, stride=self.hop).square()
        magnitude = (parts[:, : len(self.filters)] + parts[:, len(self.filters) :]).sqrt()
        return torch.log(magnitude.transpose(1, 2) @ self.filters + self.floor)


class OnnxGru(nn.Module):
    """The operator GRU of ONNX, bidirectional. It cannot be called, only exported.

    Args:
        weights: of inputs, `(2, 3 * units, channel)`, for update gate, reset gate and candidate.
        states: weights of states, `(2, 3 * units, units)`.
        biases: both biases, `(2, 6 * units)`.
        attributes: other attributes of the operator.
    """

    def __init__(self, weights: Tensor, states: Tensor, biases: Tensor, attributes: Attributes) -> None:
        super().__init__()
        self.weights, self.states, self.biases = (nn.Buffer(each.contiguous()) for each in (weights, states, biases))
        self.units = states.shape[2]
        self.attributes: Attributes = {"hidden_size": self.units, "direction": "bidirectional", **attributes}

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        """From `(batch, time, channel)` to `(batch, time, 2 * units)`."""
        by_time = sequence.transpose(0, 1)
        shape = (by_time.shape[0], 2, by_time.shape[1], self.units)
        inputs = (by_time, self.weights, self.states, self.biases)
        output = torch.onnx.ops.symbolic("GRU", inputs, self.attributes, dtype=sequence.dtype, shape=shape)
        return output.permute(2, 0, 1, 3).flatten(2), None


class Stacked(nn.Module):
    """GRUs one after the other, called like a single one."""

    def __init__(self, layers: list[OnnxGru]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        """See `OnnxGru`."""
        for layer in self.layers:
            sequence, _ = layer(sequence)
        return sequence, None


def of_torch(gru: nn.GRU) -> Stacked:
    """The layers of `torch.nn.GRU`, whose reset gate acts behind the recurrent weights."""
    if not (gru.bidirectional and gru.batch_first and gru.bias):
        raise TypeError("only a GRU with bidirectional=True, batch_first=True and bias=True is known")
    return Stacked([_layer(gru, number) for number in range(gru.num_layers)])


def _layer(gru: nn.GRU, number: int) -> OnnxGru:
    def both(name: str) -> Tensor:
        found = [getattr(gru, f"{name}_l{number}{direction}") for direction in ("", "_reverse")]
        # PyTorch begins with the reset gate.
        return torch.stack([torch.cat([each.chunk(3)[gate] for gate in (1, 0, 2)]) for each in found])

    biases = torch.cat([both("bias_ih"), both("bias_hh")], 1)
    return OnnxGru(both("weight_ih"), both("weight_hh"), biases, {"linear_before_reset": 1})


def of_keras(gru: KerasGru) -> OnnxGru:
    """A `KerasGru`, whose gates are piecewise linear."""
    linear = isinstance(gru.candidate, nn.Identity)
    if not linear and not isinstance(gru.candidate, nn.Sigmoid):
        raise TypeError(f"the candidate {type(gru.candidate).__name__} is neither Identity nor Sigmoid")
    layers = [layer for layer in gru.inputs if isinstance(layer, nn.Linear)]
    biases = torch.stack([torch.cat([layer.bias, torch.zeros_like(layer.bias)]) for layer in layers])
    # Alpha and beta are listed for those activations that have them, once for each direction.
    attributes: Attributes = {
        "activations": ["HardSigmoid", "Affine" if linear else "Sigmoid"] * 2,
        "activation_alpha": [0.2, *([1.0] if linear else [])] * 2,
        "activation_beta": [0.5, *([0.0] if linear else [])] * 2,
    }
    weights = torch.stack([layer.weight for layer in layers])
    return OnnxGru(weights, torch.stack([each.T for each in gru.weight_hh]), biases, attributes)


LAYERS: StandIns = {**COMMON, MelSpectrogram: ConvolvedMel, nn.GRU: of_torch, Gru: of_torch, KerasGru: of_keras}
