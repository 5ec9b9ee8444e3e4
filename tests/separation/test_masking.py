"""Separation by masks as a property."""

from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.features.log_mel import LogMel
from wsed.metrics.bss_eval import bss_eval
from wsed.separation.ideal_masks import ideal_mel_mask
from wsed.separation.masking import apply_mask, linear_mask, separate

RATE = 16000


def jsc_features() -> LogMel:
    return LogMel(RATE, "hamming", 1024, 528, 64, 0.0, 8000.0, 1e-8)


def noise(samples: int, seed: int = 0, clips: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, (clips, samples))).float()


@settings(max_examples=25, deadline=None)
@given(samples=st.integers(1024, 6000), seed=st.integers(0, 9), fft_size=st.sampled_from([None, 1024, 1500, 2048]))
@pytest.mark.parametrize("window", ["hamming", "hann"])
def test_a_mask_of_ones_gives_the_waveform_back(
    window: Literal["hamming", "hann"], samples: int, seed: int, fft_size: int | None
) -> None:
    features = LogMel(RATE, window, 1024, 528, 64, 0.0, 8000.0, 1e-8, fft_size)
    waveform = noise(samples, seed)
    masks = torch.ones(1, 1, features.frames(samples), features.mel.stft.bins)
    # A transform and its inverse in float32 round at about 1e-7 of the peak; where a window gives way to the next, it
    # is at a quarter of its height, and dividing by its square costs one digit.
    torch.testing.assert_close(apply_mask(features.mel.stft, waveform, masks)[:, 0], waveform, atol=1e-5, rtol=0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99))
def test_masks_that_sum_to_one_give_parts_that_sum_to_the_mixture(seed: int) -> None:
    features = jsc_features()
    waveform = noise(4000, seed)
    share = torch.rand(1, 1, features.frames(4000), 64, generator=torch.Generator().manual_seed(seed))
    covered = linear_mask(features.mel.filters, torch.ones(64))
    whole = apply_mask(features.mel.stft, waveform, covered.expand(1, 1, features.frames(4000), 513))
    parts = separate(features.mel, waveform, torch.cat([share, 1 - share], 1)).sum(1)
    torch.testing.assert_close(parts, whole[:, 0], atol=1e-4, rtol=0)


def test_a_constant_mask_stays_constant_where_bands_are() -> None:
    features = jsc_features()
    linear = linear_mask(features.mel.filters, torch.full((64,), 0.7))
    covered = features.mel.filters.sum(1) > 0
    torch.testing.assert_close(linear[covered], torch.full((int(covered.sum()),), 0.7), atol=1e-4, rtol=0)
    assert not linear[~covered].any()


def band(low: float, high: float, samples: int, seed: int) -> torch.Tensor:
    """Noise between two frequencies, Hz, and nothing outside."""
    spectrum = torch.fft.rfft(noise(samples, seed))
    frequencies = torch.fft.rfftfreq(samples, 1 / RATE)
    spectrum[:, (frequencies < low) | (frequencies > high)] = 0
    return torch.fft.irfft(spectrum, samples)


@settings(max_examples=8, deadline=None)
@given(edge=st.floats(1000, 3500), onset=st.integers(0, 8000), seed=st.integers(0, 99))
def test_the_true_mask_gives_the_source_back(edge: float, onset: int, seed: int) -> None:
    """An event in a band of its own, over a background in another, comes out by the mask of its own cells.

    The two bands lie 800 Hz apart, wider than three mel bands, so that no cell holds both but for the side lobes of the
    window, 43 dB below. What is lost is the soft edge of the bands that reach into the gap. 20 dB leaves room for both.
    """
    features = jsc_features()
    source = torch.zeros(1, 16000)
    source[:, onset : onset + 8000] = band(edge + 800, 7500, 8000, seed)
    rest = band(200, edge, 16000, seed + 1)
    mixture = source + rest
    mask = ideal_mel_mask(features.mel, source, rest)
    estimate = separate(features.mel, mixture, mask[:, None])
    separated = torch.stack([estimate[0, 0], mixture[0] - estimate[0, 0]])
    untouched = mixture[0].expand(2, -1)
    of_separated, of_untouched = bss_eval(torch.stack([separated, untouched]), torch.cat([source, rest]))["sdr"][:, 0]
    assert float(of_separated) > 20
    assert float(of_separated) > float(of_untouched) + 10
