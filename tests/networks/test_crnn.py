"""The CRNN of the strong-weak system: shape, size, and what its layers see."""

import pytest
import torch

from tests.networks.reach import reach
from wsed.networks.crnn import Crnn


def network(dropout: float = 0.0) -> Crnn:
    torch.manual_seed(0)
    return Crnn(12, [3, 4], [3, 2], units=5, dense=6, dropout=dropout).double()


def test_frames_are_kept_and_bands_are_not() -> None:
    crnn = network().eval()
    assert crnn(torch.zeros(2, 9, 12, dtype=torch.float64)).shape == (2, 6, 9)
    assert (crnn.channels, crnn.time_reduction, crnn.keeps_frequency) == (6, 1, False)


def test_parameters_are_those_of_the_closed_form() -> None:
    convolutions = (9 * 1 * 3 + 3 + 2 * 3) + (9 * 3 * 4 + 4 + 2 * 4)
    # Three gates with two biases, in two directions; two bands of four maps are left.
    recurrent = 2 * 3 * (5 * (4 * 2) + 5 * 5 + 2 * 5) + 2 * 3 * (5 * (2 * 5) + 5 * 5 + 2 * 5)
    dense = 10 * 6 + 6
    assert sum(parameter.numel() for parameter in network().parameters()) == convolutions + recurrent + dense


def test_convolutions_see_one_frame_a_layer_and_every_frame_reaches_the_output() -> None:
    crnn = network().eval()
    seen = reach(lambda features: crnn.convolutions(features[:, None])[:, :, 6], 13, 12)
    assert seen.any(1).nonzero().flatten().tolist() == [4, 5, 6, 7, 8]
    # Both directions of the recurrent layers: the first and the last frame matter to the middle.
    assert reach(lambda features: crnn(features)[:, :, 6], 13, 12).any(1).all()


def test_clips_of_a_batch_do_not_affect_each_other() -> None:
    crnn, features = network().eval(), torch.randn(3, 9, 12, dtype=torch.float64)
    together = crnn(features)
    for clip in range(3):
        torch.testing.assert_close(crnn(features[clip : clip + 1])[0], together[clip])


def test_dropout_is_for_training_only() -> None:
    crnn, features = network(0.5), torch.randn(1, 9, 12, dtype=torch.float64)
    assert not torch.equal(crnn(features), crnn(features))
    crnn.eval()
    assert torch.equal(crnn(features), crnn(features))


def test_pools_that_leave_no_band_are_refused() -> None:
    with pytest.raises(ValueError, match=r"pools of \[5, 4\] leave no band"):
        Crnn(12, [3, 4], [5, 4], 5, 6, 0.0)
