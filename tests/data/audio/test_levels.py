"""Levels."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wsed.data.audio.levels import rms


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=2000))
def test_the_rms_is_that_of_numpy(samples: list[float]) -> None:
    expected = np.sqrt(np.mean(np.square(np.array(samples, dtype=np.float64))))
    assert rms(torch.tensor(samples)) == pytest.approx(expected, rel=1e-12)


def test_the_rms_has_the_same_bits_for_any_number_of_threads() -> None:
    samples = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, 1_000_003)).float()
    threads = torch.get_num_threads()
    found = set()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.add(rms(samples))
    finally:
        torch.set_num_threads(threads)
    assert len(found) == 1
