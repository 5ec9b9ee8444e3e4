"""The gated CRNN: gates, time reduction, size and what its layers see."""

from typing import Literal

import pytest
import torch
from torch import nn

from tests.networks.reach import reach
from wsed.networks.gated_crnn import Activation, GatedConv, GatedCrnn

Recurrent = Literal["pair", "keras", "single"]


def network(
    graph: Literal["code", "paper"] = "code",
    activation: Activation = "gate",
    pool_time: bool = False,
    recurrent: Recurrent = "single",
    bands: int = 16,
) -> GatedCrnn:
    torch.manual_seed(0)
    return GatedCrnn(bands, graph, activation, pool_time, recurrent).double().eval()


def noise(frames: int, clips: int = 1) -> torch.Tensor:
    return torch.randn(clips, frames, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("graph", ["code", "paper"])
@pytest.mark.parametrize("recurrent", ["pair", "keras", "single"])
@pytest.mark.parametrize(("pool_time", "left"), [(False, 17), (True, 2)])
def test_only_the_tagging_variant_pools_time(
    graph: Literal["code", "paper"], recurrent: Recurrent, pool_time: bool, left: int
) -> None:
    crnn = network(graph, pool_time=pool_time, recurrent=recurrent)
    with torch.no_grad():
        assert crnn(noise(17, 2)).shape == (2, 256, left)
    assert (crnn.channels, crnn.time_reduction, crnn.keeps_frequency) == (256, 8 if pool_time else 1, False)


@pytest.mark.parametrize("activation", ["gate", "relu", "none"])
@pytest.mark.parametrize("graph", ["code", "paper"])
def test_parameters_are_those_of_the_closed_form(activation: Activation, graph: Literal["code", "paper"]) -> None:
    maps = 128 if activation == "gate" else 64
    convolutions = 9 * maps * (1 + 5 * 64) + 6 * 2 * maps
    states_in = 64 * 16 // 8
    if graph == "code":
        convolutions += 9 * maps * 64 + 2 * maps + 9 * 64 * 256 + 256
        states_in = 256
    # Three gates with two biases, in two directions.
    recurrent = 2 * 3 * (128 * states_in + 128 * 128 + 2 * 128)
    found = sum(parameter.numel() for parameter in network(graph, activation).parameters())
    assert found == convolutions + recurrent


def test_a_gate_is_linear_maps_times_a_sigmoid_of_the_others() -> None:
    layer = GatedConv(2, 3, "gate", 1e-5, 0.1).double().eval()
    maps = torch.randn(1, 2, 5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    both = layer.norm(layer.convolution(maps))
    torch.testing.assert_close(layer(maps), both[:, :3] * torch.sigmoid(both[:, 3:]))


def test_closed_gates_let_nothing_through_and_open_ones_everything() -> None:
    layer = GatedConv(2, 3, "gate", 1e-5, 0.1).double().eval()
    maps = torch.randn(1, 2, 5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    linear = layer.norm(layer.convolution(maps))[:, :3]
    nn.init.zeros_(layer.norm.weight.data[3:])
    layer.norm.bias.data[3:] = -100
    assert float(layer(maps).detach().abs().max()) < 1e-40
    layer.norm.bias.data[3:] = 100
    torch.testing.assert_close(layer(maps), linear)


def test_the_pair_multiplies_the_states_of_one_by_a_sigmoid_of_the_others() -> None:
    crnn, features = network(recurrent="pair"), noise(6)
    maps = crnn.convolutions(features[:, None]).transpose(1, 2).flatten(2)
    (linear, _), (gate, _) = crnn.recurrent[0](maps), crnn.recurrent[1](maps)
    torch.testing.assert_close(crnn(features), (linear * torch.sigmoid(gate)).transpose(1, 2))


@pytest.mark.parametrize(("graph", "frames"), [("code", 8), ("paper", 6)])
def test_convolutions_see_one_frame_a_layer_to_each_side(graph: Literal["code", "paper"], frames: int) -> None:
    crnn = network(graph, "none")
    seen = reach(lambda features: crnn.convolutions(features[:, None])[:, :, 10], 21, 16).any(1)
    assert seen.nonzero().flatten().tolist() == list(range(10 - frames, 10 + frames + 1))
    # Both directions of the recurrent layer: the first and the last frame matter to the middle.
    assert reach(lambda features: crnn(features)[:, :, 10], 21, 16).any(1).all()


def test_clips_of_a_batch_do_not_affect_each_other() -> None:
    crnn, features = network(recurrent="pair"), noise(9, 3)
    together = crnn(features)
    for clip in range(3):
        torch.testing.assert_close(crnn(features[clip : clip + 1])[0], together[clip])


def test_too_few_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="use 16 bands or more"):
        network(bands=15)
