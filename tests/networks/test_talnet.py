"""TALNet: shape, size and time reduction; the published one is in test_published.py."""

import pytest
import torch

from tests.networks.reach import reach
from wsed.networks.talnet import Talnet


def network(batch_norm: bool = False) -> Talnet:
    torch.manual_seed(0)
    return Talnet(8, [3, 4], 3, [[1, 2], [2, 2]], batch_norm, units=5).double().eval()


@pytest.mark.parametrize(("frames", "left"), [(8, 4), (9, 4), (2, 1)])
def test_time_is_reduced_by_the_product_of_the_pools(frames: int, left: int) -> None:
    talnet = network()
    assert talnet(torch.zeros(2, frames, 8, dtype=torch.float64)).shape == (2, 10, left)
    assert (talnet.channels, talnet.time_reduction, talnet.keeps_frequency) == (10, 2, False)


def test_the_larger_one_halves_time_twice() -> None:
    pools = [[1, 1], [2, 2], [1, 1], [2, 2], [1, 2]]
    talnet = Talnet(16, [2] * 5, 3, pools, True, 4)
    assert talnet.time_reduction == 4
    assert talnet(torch.zeros(1, 13, 16)).shape == (1, 8, 3)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_parameters_are_those_of_the_closed_form(batch_norm: bool) -> None:
    convolutions = (9 * 1 * 3 + 3) + (9 * 3 * 4 + 4) + batch_norm * 2 * (3 + 4)
    # Three gates with two biases, in two directions; two bands of four maps are left.
    recurrent = 2 * 3 * (5 * (4 * 2) + 5 * 5 + 2 * 5)
    assert sum(parameter.numel() for parameter in network(batch_norm).parameters()) == convolutions + recurrent


def test_a_pooled_frame_sees_its_frames_and_one_more_a_convolution() -> None:
    talnet = network()
    # Linear, so that no ReLU hides a cell; max pooling would hide all but one, a mean hides none.
    layers = [layer for layer in talnet.convolutions if not isinstance(layer, torch.nn.ReLU)]
    linear = torch.nn.Sequential(
        *(torch.nn.AvgPool2d(layer.kernel_size) if isinstance(layer, torch.nn.MaxPool2d) else layer for layer in layers)
    )
    seen = reach(lambda features: linear(features[:, None])[:, :, 3], 14, 8)
    assert seen.any(1).nonzero().flatten().tolist() == [4, 5, 6, 7, 8, 9]
    assert reach(lambda features: talnet(features)[:, :, 3], 14, 8).any(1).sum() > 6


def test_clips_of_a_batch_do_not_affect_each_other() -> None:
    talnet, features = network(True), torch.randn(3, 9, 8, dtype=torch.float64)
    together = talnet(features)
    for clip in range(3):
        torch.testing.assert_close(talnet(features[clip : clip + 1])[0], together[clip])


def test_biases_begin_at_0_and_recurrent_weights_are_orthogonal() -> None:
    talnet = network()
    assert not any(value.any() for name, value in talnet.named_parameters() if "bias" in name)
    for weight in (talnet.recurrent.weight_hh_l0, talnet.recurrent.weight_ih_l0_reverse):
        eye = torch.eye(weight.shape[1], dtype=torch.float64)
        torch.testing.assert_close(weight.T @ weight, eye, atol=1e-5, rtol=0)


def test_pools_that_leave_no_band_are_refused() -> None:
    with pytest.raises(ValueError, match="the pools leave no band"):
        Talnet(8, [3, 4], 3, [[1, 4], [1, 4]], False, 5)
