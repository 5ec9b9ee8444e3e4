"""The encoder's shape, size, reach and initial weights."""

from typing import Literal

import pytest
import torch
from torch import nn

from wsed.networks.vgg import Vgg


@pytest.mark.parametrize(("time", "freq"), [(1, 1), (7, 5), (120, 64)])
def test_time_and_frequency_are_kept(time: int, freq: int) -> None:
    network = Vgg([3, 6], dropout=0.3, bias=True)
    assert network(torch.zeros(2, time, freq)).shape == (2, 6, time, freq)
    assert network.channels == 6


@pytest.mark.parametrize("bias", [True, False])
def test_parameters_of_eight_convolutions(bias: bool) -> None:
    convolutions = 9 * 1 * 64 + 7 * 9 * 64 * 64 + bias * 8 * 64
    norms = 8 * 2 * 64
    network = Vgg([64, 64, 64, 64], dropout=0.3, bias=bias)
    assert sum(parameter.numel() for parameter in network.parameters()) == convolutions + norms


@pytest.mark.parametrize(("growth", "reach"), [(1, 4), (2, 6), (3, 8)])
def test_a_cell_sees_as_many_more_neighbours_as_a_convolution_is_dilated(growth: int, reach: int) -> None:
    network = Vgg([4, 4], dropout=0.0, bias=True, dilation_growth=growth).eval()
    assert network.reach == reach
    # Positive weights on positive features keep every ReLU open.
    for parameter in network.parameters():
        parameter.data.abs_()
    features = torch.ones(1, 21, 21, requires_grad=True)
    network(features)[0, :, 10, 10].sum().backward()
    assert features.grad is not None
    expected = torch.zeros(21, 21, dtype=torch.bool)
    expected[10 - reach : 11 + reach, 10 - reach : 11 + reach] = True
    assert torch.equal(features.grad[0] > 0, expected)


def test_dilations_have_a_limit() -> None:
    assert Vgg([1] * 10, dropout=0.0, bias=True, dilation_growth=2).reach == 2 * 1023
    with pytest.raises(ValueError, match="with 11 blocks the last one has a dilation above 1,023"):
        Vgg([1] * 11, dropout=0.0, bias=True, dilation_growth=2)


def test_dropout_is_for_training_only() -> None:
    network = Vgg([4], dropout=0.5, bias=True)
    features = torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(network(features), network(features))
    network.eval()
    assert torch.equal(network(features), network(features))


@pytest.mark.parametrize(("initial", "variance"), [("he", 2 / 128), ("glorot", 2 / (128 + 41))])
def test_initial_weights_of_convolutions_and_head(initial: Literal["glorot", "he"], variance: float) -> None:
    torch.manual_seed(0)
    network, head = Vgg([128], 0.0, True, initial), nn.Conv2d(128, 41, 1)
    network.initialise(head)
    assert head.weight.var().item() == pytest.approx(variance, rel=0.05)
    assert not head.bias.any()  # type: ignore[union-attr]  # it has one
    second = network.layers[3]
    assert isinstance(second, nn.Conv2d)
    fans = 9 * 128 * (1 if initial == "he" else 2)
    assert second.weight.var().item() == pytest.approx(2 / fans, rel=0.05)
