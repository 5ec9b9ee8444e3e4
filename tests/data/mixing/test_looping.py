"""Backgrounds that are too short are repeated."""

import math

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.mixing.looping import crop_or_loop


def level(samples: torch.Tensor) -> float:
    return 10 * math.log10(np.mean(samples.double().numpy() ** 2))


@settings(max_examples=40, deadline=None)
@given(length=st.integers(200, 900), start=st.integers(0, 199), fade=st.integers(1, 80))
def test_a_short_background_starts_over_without_a_click(length: int, start: int, fade: int) -> None:
    place = torch.arange(length)
    # A sound that ends far from where it starts: a hard joint would jump by 1.
    ramp = 0.5 - place / length
    looped = crop_or_loop(ramp, start, 3000, fade)
    assert len(looped) == 3000
    step = math.pi / 2 / (fade + 1)
    assert float(looped.diff().abs().max()) <= 1.5 * step + 2 / length


def test_a_loop_keeps_the_power_of_noise() -> None:
    noise = torch.from_numpy(np.random.default_rng(0).normal(size=4000)).float()
    looped = crop_or_loop(noise, 100, 40000, 80)
    assert abs(level(looped) - level(noise)) < 0.3
    joints = torch.stack([looped[4000 - 180 + 3920 * turn :][:80] for turn in range(9)])
    assert abs(level(joints) - level(noise)) < 1.5


def test_a_long_background_is_cut_not_copied() -> None:
    sound = torch.arange(100.0)
    assert torch.equal(crop_or_loop(sound, 20, 50, 5), sound[20:70])
