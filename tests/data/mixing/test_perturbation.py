"""Perturbed recordings, measured."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.mixing.perturbation import BANDS, LOWEST_BAND, UNPERTURBED, Perturbation, RandomPerturbation, perturb

RATE = 8000


def tone(pitch: float, samples: int) -> torch.Tensor:
    return torch.sin(2 * math.pi * pitch / RATE * torch.arange(samples))


@settings(max_examples=40, deadline=None)
@given(speed=st.floats(0.5, 2), pitch=st.floats(100, 1500), samples=st.integers(500, 3000))
def test_a_faster_sound_is_higher_by_as_much(speed: float, pitch: float, samples: int) -> None:
    needed = math.ceil(samples * speed)
    perturbed = perturb(tone(pitch, needed), Perturbation(speed), samples, RATE)
    assert len(perturbed) == samples
    # The resampler's filter needs some samples to either side.
    inside = slice(100, -100)
    torch.testing.assert_close(perturbed[inside], tone(speed * pitch, samples)[inside], atol=2e-3, rtol=0)


@settings(max_examples=40, deadline=None)
@given(band=st.integers(0, BANDS - 1), gains=st.lists(st.floats(-12, 12), min_size=BANDS, max_size=BANDS))
def test_a_tone_at_a_band_has_its_gain(band: int, gains: list[float]) -> None:
    pitch = float(np.geomspace(LOWEST_BAND, RATE / 2, BANDS)[band]) * (0.999 if band == BANDS - 1 else 1)
    sound = tone(pitch, 4 * RATE)
    perturbed = perturb(sound, Perturbation(1.0, tuple(gains)), len(sound), RATE)
    inside = slice(RATE, -RATE)
    change = 20 * math.log10(float(perturbed[inside].square().mean() / sound[inside].square().mean()) ** 0.5)
    assert change == pytest.approx(gains[band], abs=0.2)
    assert perturbed.dtype == torch.float32


def test_equal_gains_change_the_level_alone() -> None:
    sound = torch.randn(3001, generator=torch.Generator().manual_seed(0))
    perturbed = perturb(sound, Perturbation(1.0, (20.0,) * BANDS), 3001, RATE)
    torch.testing.assert_close(perturbed, 10 * sound, atol=1e-4, rtol=0)


def test_no_perturbation_changes_nothing() -> None:
    sound = torch.randn(100)
    assert torch.equal(perturb(sound, UNPERTURBED, 60, RATE), sound[:60])


def test_draws_have_the_configured_spread() -> None:
    rng = np.random.default_rng(0)
    drawn = [RandomPerturbation(0.5, 2.0, 6.0).draw(rng) for _ in range(2000)]
    speeds = np.log2([perturbation.speed for perturbation in drawn])
    assert abs(speeds).max() <= 1
    # The mean of 2000 draws is off by more than four of its standard errors once in 16,000.
    assert abs(speeds.mean()) < 4 * (2 / 12**0.5) / 2000**0.5
    gains = np.array([perturbation.gains for perturbation in drawn])
    assert gains.shape == (2000, BANDS)
    assert abs(gains.std() - 6) < 0.2


def test_a_constant_perturbation_draws_no_random_numbers() -> None:
    used, fresh = np.random.default_rng(0), np.random.default_rng(0)
    assert RandomPerturbation(1.0, 1.0, 0.0).draw(used) == UNPERTURBED
    assert used.uniform() == fresh.uniform()
