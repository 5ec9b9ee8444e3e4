"""The GRU against PyTorch's own."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from wsed.networks.gru import Gru, side_by_side


def pair(in_channels: int, units: int, layers: int) -> tuple[Gru, nn.GRU]:
    """The same weights twice, in float64."""
    ours = Gru(in_channels, units, layers).double()
    theirs = nn.GRU(in_channels, units, layers, batch_first=True, bidirectional=True).double()
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


@settings(deadline=None, max_examples=30)
@given(*[st.integers(1, 5)] * 5, st.integers(0, 1000))
def test_states_and_gradients_are_those_of_pytorch(
    clips: int, frames: int, in_channels: int, units: int, layers: int, seed: int
) -> None:
    torch.manual_seed(seed)
    ours, theirs = pair(in_channels, units, layers)
    inputs = torch.randn(clips, frames, in_channels).double()
    weights = torch.randn(clips, frames, 2 * units).double()
    found: list[list[Tensor]] = []
    for layer in (ours, theirs):
        sequence = inputs.clone().requires_grad_()
        states = layer(sequence)[0]
        (states * weights).sum().backward()
        found.append([states, sequence.grad, *(parameter.grad for parameter in layer.parameters())])
    for own, other in zip(*found, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 1000))
def test_grus_side_by_side_are_as_each_alone(number: int, layers: int, seed: int) -> None:
    torch.manual_seed(seed)
    grus = [Gru(4, 3, layers).double() for _ in range(number)]
    sequence = torch.randn(2, 5, 4).double()
    found: list[list[Tensor]] = []
    for all_states in (side_by_side(grus, sequence), [gru(sequence)[0] for gru in grus]):
        parameters = [parameter for gru in grus for parameter in gru.parameters()]
        loss = torch.stack([states.square().sum() * (place + 1) for place, states in enumerate(all_states)]).sum()
        found.append([*all_states, *torch.autograd.grad(loss, parameters)])
    for own, other in zip(*found, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-9, atol=1e-9)
