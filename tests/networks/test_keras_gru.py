"""The GRU of Keras 2.0 against its equations, unit by unit."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import nn

from wsed.networks.keras_gru import KerasGru

IN_CHANNELS, UNITS, TIME = 3, 2, 5


def naive(
    layer: KerasGru, direction: int, sequence: list[list[float]], act: Callable[[float], float]
) -> list[list[float]]:
    inputs = layer.inputs[direction]
    w, b, u = inputs.weight.tolist(), inputs.bias.tolist(), layer.weight_hh[direction].tolist()  # type: ignore[union-attr]

    def hard(value: float) -> float:
        return min(1.0, max(0.0, 0.2 * value + 0.5))

    h = [0.0] * UNITS
    states = []
    for x in sequence:
        wx = [sum(w[row][i] * x[i] for i in range(IN_CHANNELS)) + b[row] for row in range(3 * UNITS)]
        z = [hard(wx[j] + sum(h[i] * u[i][j] for i in range(UNITS))) for j in range(UNITS)]
        r = [hard(wx[UNITS + j] + sum(h[i] * u[i][UNITS + j] for i in range(UNITS))) for j in range(UNITS)]
        new = [
            act(wx[2 * UNITS + j] + sum(r[i] * h[i] * u[i][2 * UNITS + j] for i in range(UNITS))) for j in range(UNITS)
        ]
        h = [z[j] * h[j] + (1 - z[j]) * new[j] for j in range(UNITS)]
        states.append(h)
    return states


@pytest.mark.parametrize(
    ("module", "act"), [(nn.Identity(), lambda x: x), (nn.Sigmoid(), lambda x: 1 / (1 + math.exp(-x)))]
)
def test_states_are_those_of_the_equations(module: nn.Module, act: Callable[[float], float]) -> None:
    torch.manual_seed(0)
    layer = KerasGru(IN_CHANNELS, UNITS, module)
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    sequence = torch.randn(2, TIME, IN_CHANNELS)
    states, _ = layer(sequence)
    assert states.shape == (2, TIME, 2 * UNITS)
    for clip in range(2):
        forward = naive(layer, 0, sequence[clip].tolist(), act)
        backward = naive(layer, 1, sequence[clip].flip(0).tolist(), act)[::-1]
        expected = torch.cat([torch.tensor(forward), torch.tensor(backward)], 1)
        torch.testing.assert_close(states[clip], expected, atol=1e-5, rtol=1e-5)
