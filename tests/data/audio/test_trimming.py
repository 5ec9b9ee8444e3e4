"""Silence is trimmed, and pauses are shortened."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.audio.trimming import trim_silence

RATE = 16000


@settings(max_examples=30, deadline=None)
@given(before=st.integers(0, 5000), after=st.integers(0, 5000), sounding=st.integers(100, 3000))
def test_silence_around_a_sound_is_cut(before: int, after: int, sounding: int) -> None:
    sound = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, sounding)).float()
    padded = torch.cat([torch.zeros(before), sound, torch.zeros(after)])
    active = trim_silence(padded, RATE, -40.0, math.inf)
    frame = RATE // 50
    # A frame may hold so little of the sound that it counts as silent: 1 / 10,000 of the power is 1 / 100 of a frame
    # and up, depending on the samples that fall into it.
    starts = [before // frame * frame + late for late in (0, frame)]
    assert any(torch.equal(active, padded[start : start + len(active)]) for start in starts)
    assert len(active) <= sounding + 2 * frame
    assert float(active.square().sum()) > 0.98 * float(sound.square().sum())


def test_a_pause_inside_a_sound_is_kept() -> None:
    burst = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, 1600)).float()
    sound = torch.cat([burst, torch.zeros(8000), burst])
    assert torch.equal(trim_silence(torch.cat([torch.zeros(3200), sound]), RATE, -40.0, math.inf), sound)


@pytest.mark.parametrize(
    ("pause", "kept"), [(0.0, 0.0), (0.1, 0.1), (0.3, 0.3), (0.4, 0.4), (0.41, 0.4), (math.inf, 0.8)]
)
def test_the_middle_of_a_long_pause_is_cut_out(pause: float, kept: float) -> None:
    rng = np.random.default_rng(0)
    burst, decay, rise = (torch.from_numpy(rng.normal(0, level, RATE * 4 // 10)).float() for level in (0.1, 1e-5, 1e-5))
    shortened = trim_silence(torch.cat([burst, decay, rise, burst]), RATE, -40.0, pause)
    frames = round(kept * 50)
    before, after = (frames - frames // 2) * RATE // 50, frames // 2 * RATE // 50
    expected = torch.cat([burst, decay[:before], rise[len(rise) - after :], burst])
    assert torch.equal(shortened, expected)


def test_every_pause_is_shortened_by_itself() -> None:
    burst = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, 1600)).float()
    sound = torch.cat([burst, torch.zeros(8000), burst, torch.zeros(3200), burst])
    expected = torch.cat([burst, torch.zeros(4800), burst, torch.zeros(3200), burst])
    assert torch.equal(trim_silence(sound, RATE, -40.0, 0.3), expected)


def test_a_silent_sound_is_left_whole() -> None:
    assert len(trim_silence(torch.zeros(RATE), RATE, -40.0, 0.1)) == RATE


@pytest.mark.parametrize(("threshold", "length"), [(-40.0, 1600), (-60.0, 4800)])
def test_the_threshold_is_relative_to_the_loudest_frame(threshold: float, length: int) -> None:
    burst = torch.from_numpy(np.random.default_rng(0).normal(0, 0.01, 1600)).float()
    tail = burst.repeat(2) * 10 ** (-50 / 20)
    assert len(trim_silence(torch.cat([burst, tail]), RATE, threshold, 0.0)) == length
