"""The depthwise convolution against PyTorch's own, in float64."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from wsed.networks.depthwise import Depthwise


@settings(deadline=None, max_examples=60)
@given(
    clips=st.integers(1, 3),
    channels=st.integers(1, 5),
    frames=st.integers(1, 23),
    bands=st.integers(1, 23),
    kernel=st.sampled_from([1, 3, 5]),
    dilation=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    channels_last=st.booleans(),
)
def test_outputs_and_gradients_are_those_of_pytorch(
    clips: int,
    channels: int,
    frames: int,
    bands: int,
    kernel: int,
    dilation: tuple[int, int],
    channels_last: bool,
) -> None:
    torch.manual_seed(0)
    ours = Depthwise(channels, kernel, dilation).double()
    theirs = nn.Conv2d(channels, channels, kernel, padding="same", dilation=dilation, groups=channels, bias=False)
    theirs.double().load_state_dict(ours.state_dict())
    inputs = torch.randn(clips, channels, frames, bands).double()
    if channels_last:
        inputs = inputs.to(memory_format=torch.channels_last)
    weights = torch.randn(inputs.shape).double()
    found = []
    for layer in (ours, theirs):
        maps = inputs.clone().requires_grad_()
        outputs = layer(maps)
        (outputs * weights).sum().backward()
        found.append([outputs, maps.grad, layer.weight.grad])
    for own, other in zip(*found, strict=True):
        torch.testing.assert_close(own, other)
