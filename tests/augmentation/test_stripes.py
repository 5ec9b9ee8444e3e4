"""Stripes that training hides."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.augmentation.stripes import Stripes


@settings(max_examples=50, deadline=None)
@given(
    time=st.integers(0, 3), time_width=st.integers(0, 30), freq=st.integers(0, 3), freq_width=st.integers(0, 12),
    seed=st.integers(0, 2**32),
)  # fmt: skip
def test_whole_frames_and_bands_are_hidden_and_nothing_else(
    time: int, time_width: int, freq: int, freq_width: int, seed: int
) -> None:
    torch.manual_seed(seed)
    features = torch.rand(4, 60, 24) + 1
    seen = Stripes(time, time_width, freq, freq_width)(features)
    hidden = seen == 0
    frames, bands = hidden.all(2), hidden.all(1)
    assert torch.equal(hidden, frames[:, :, None] | bands[:, None, :])
    assert torch.equal(seen[~hidden], features[~hidden])
    assert int(frames.sum(1).max()) <= time * time_width
    assert int(bands.sum(1).max()) <= freq * freq_width


def test_each_clip_has_stripes_of_its_own_of_even_widths_and_places() -> None:
    torch.manual_seed(0)
    hidden = Stripes(1, 20, 0, 0)(torch.ones(2000, 100, 4))[:, :, 0] == 0
    widths = hidden.sum(1)
    # Widths 0 to 19 with equal chances: the mean of 2000 is within 0.4 of 9.5 but for once in a thousand times.
    assert float(widths.float().mean()) == pytest.approx(9.5, abs=0.45)
    assert set(widths.tolist()) == set(range(20))
    first = hidden.float().argmax(1)[widths > 0] / (100 - widths[widths > 0])
    gaps = first.sort().values - torch.linspace(0, 1, len(first))
    assert float(gaps.abs().max()) < 0.06


@pytest.mark.parametrize("numbers", [(-1, 1, 1, 1), (1, 1, 1, -1)])
def test_numbers_are_not_negative(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        Stripes(*numbers)
