"""Dilated depthwise separable convolutions: shape, size, and the cells that they see."""

from typing import Literal

import pytest
import torch
from torch import nn

from tests.networks.reach import reach
from wsed.networks.ddc import Ddc


def network(
    dilate: Literal["both", "time"] = "both",
    kernel: int = 3,
    residual: bool = False,
    dilations: tuple[int, ...] = (1, 2),
) -> Ddc:
    torch.manual_seed(0)
    return Ddc([3, 5][: len(dilations)], dilations, dilate, kernel, residual).double().eval()


@pytest.mark.parametrize(("time", "freq"), [(1, 1), (7, 5), (40, 64)])
def test_time_and_frequency_are_kept(time: int, freq: int) -> None:
    ddc = network()
    assert ddc(torch.zeros(2, time, freq, dtype=torch.float64)).shape == (2, 5, time, freq)
    assert (ddc.channels, ddc.time_reduction, ddc.keeps_frequency) == (5, 1, True)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("residual", [False, True])
def test_parameters_are_those_of_the_closed_form(kernel: int, residual: bool) -> None:
    def separable(inputs: int, outputs: int) -> int:
        # Weights in each channel, batch norm, weights across channels, batch norm.
        return inputs * kernel**2 + 2 * inputs + inputs * outputs + 2 * outputs

    expected = separable(1, 3) + separable(3, 3) + separable(3, 5) + separable(5, 5)
    expected += residual * (1 * 3 + 3 * 5)
    found = sum(parameter.numel() for parameter in network(kernel=kernel, residual=residual).parameters())
    assert found == expected


@pytest.mark.parametrize(
    ("dilate", "kernel", "dilations", "frames", "bands"),
    [("both", 3, (1, 2), 6, 6), ("time", 3, (1, 2), 6, 4), ("both", 5, (1,), 4, 4), ("both", 3, (3,), 6, 6)],
)
def test_a_cell_sees_two_dilated_kernels_a_block_to_each_side(
    dilate: Literal["both", "time"], kernel: int, dilations: tuple[int, ...], frames: int, bands: int
) -> None:
    ddc = network(dilate, kernel, dilations=dilations)
    # Linear, so that no ReLU hides a cell.
    for block in ddc.blocks:
        for index, layer in enumerate(block):
            if isinstance(layer, nn.ReLU):
                block[index] = nn.Identity()
    seen = reach(lambda features: ddc(features)[:, :, 10, 10], 21, 21).nonzero()
    assert seen.amin(0).tolist() == [10 - frames, 10 - bands]
    assert seen.amax(0).tolist() == [10 + frames, 10 + bands]


def test_a_block_whose_convolutions_are_0_leaves_its_shortcut() -> None:
    ddc = network(residual=True)
    for block in ddc.blocks:
        # The last batch norm of a block: what comes out is ReLU of its bias, 0.
        nn.init.zeros_(block[-2].weight)
    features = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = torch.einsum(
        "kj,j,btf->bktf", ddc.shortcuts[1].weight[:, :, 0, 0], ddc.shortcuts[0].weight[:, 0, 0, 0], features
    )
    torch.testing.assert_close(ddc(features), expected)


def test_clips_of_a_batch_do_not_affect_each_other() -> None:
    ddc, features = network(), torch.randn(3, 9, 8, dtype=torch.float64)
    together = ddc(features)
    for clip in range(3):
        torch.testing.assert_close(ddc(features[clip : clip + 1])[0], together[clip])


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="kernel is 4; it must be odd"):
        network(kernel=4)
    with pytest.raises(ValueError, match="2 widths and 1 dilations"):
        Ddc([3, 5], [1], "both", 3, False)
