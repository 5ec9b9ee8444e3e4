"""The encoder's shape, size and reach."""

import pytest
import torch

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


def test_a_cell_sees_one_more_neighbour_for_each_convolution() -> None:
    network = Vgg([4, 4], dropout=0.0, bias=True).eval()
    # Positive weights on positive features keep every ReLU open.
    for parameter in network.parameters():
        parameter.data.abs_()
    features = torch.ones(1, 21, 21, requires_grad=True)
    network(features)[0, :, 10, 10].sum().backward()
    assert features.grad is not None
    expected = torch.zeros(21, 21, dtype=torch.bool)
    expected[6:15, 6:15] = True
    assert torch.equal(features.grad[0] > 0, expected)


def test_dropout_is_for_training_only() -> None:
    network = Vgg([4], dropout=0.5, bias=True)
    features = torch.randn(1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(network(features), network(features))
    network.eval()
    assert torch.equal(network(features), network(features))
