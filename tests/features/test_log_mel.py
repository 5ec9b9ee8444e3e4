"""Log-mel against librosa and numpy, and separation by masks as a property."""

from typing import Literal

import librosa
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.features.log_mel import LogMel
from wsed.metrics.separation import bss_eval, ideal_mel_mask

RATE = 16000


def jsc_features() -> LogMel:
    return LogMel(RATE, "hamming", 1024, 528, 64, 0.0, 8000.0, 1e-8)


def noise(samples: int, seed: int = 0, clips: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, (clips, samples))).float()


def test_log_mel_agrees_with_numpy_and_librosa() -> None:
    waveform = noise(5000)
    window = np.hamming(1025)[:-1]
    window /= np.sqrt((window**2).sum())
    frames = np.stack([waveform[0, start : start + 1024].numpy() * window for start in range(0, 5000 - 1024 + 1, 528)])
    filters = librosa.filters.mel(sr=RATE, n_fft=1024, n_mels=64, fmin=0, fmax=8000)
    expected = np.log(np.abs(np.fft.rfft(frames)) @ filters.T + 1e-8)
    np.testing.assert_allclose(jsc_features().log_mel(waveform)[0].numpy(), expected, atol=1e-4)


def test_four_seconds_are_120_frames() -> None:
    features = jsc_features()
    assert features(noise(64000)).shape == (1, 120, 64)
    assert features.frames(64000) == 120
    assert features.frames(1023) == 0


def test_fit_standardises_what_it_was_fitted_on() -> None:
    features = jsc_features()
    waveforms = [noise(8000, seed) * (1 + seed) for seed in range(4)]
    features.fit(waveforms)
    frames = torch.cat([features(waveform) for waveform in waveforms]).flatten(0, 1)
    torch.testing.assert_close(frames.mean(0), torch.zeros(64), atol=1e-4, rtol=0)
    torch.testing.assert_close(frames.std(0, correction=0), torch.ones(64), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("choice", "rate", "frames"),
    [
        ("log_mel", 16000, 302),
        ("gated_crnn", 16000, 240),
        ("vgg_gwrp", 32000, 311),
        ("mtl", 32000, 311),
        ("strong_weak", 44100, 499),
    ],
)
def test_ten_seconds_are_the_frames_of_each_paper(choice: str, rate: int, frames: int) -> None:
    with hydra_initialized():
        features = instantiate(validate(compose_config([f"features={choice}", f"data.sample_rate={rate}"]))["features"])
    assert features(noise(10 * rate)).shape == (1, frames, features.bands)


def test_a_frame_can_be_padded_for_its_fft() -> None:
    features = LogMel(44100, "hamming", 1764, 882, 40, 0.0, 22050.0, 1e-8, 2048)
    waveform = noise(9000)
    expected = np.fft.rfft(waveform[0, 882 : 882 + 1764].numpy() * features.window.numpy(), 2048)
    np.testing.assert_allclose(features.stft(waveform)[0, 1].numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("fft_size", "highest", "said"), [(1000, 8000.0, "at least window_size"), (None, 8001.0, "half")]
)
def test_sizes_that_do_not_fit(fft_size: int | None, highest: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LogMel(RATE, "hamming", 1024, 528, 64, 0.0, highest, 1e-8, fft_size)


@settings(max_examples=25, deadline=None)
@given(samples=st.integers(1024, 6000), seed=st.integers(0, 9), fft_size=st.sampled_from([None, 1024, 1500, 2048]))
@pytest.mark.parametrize("window", ["hamming", "hann"])
def test_a_mask_of_ones_gives_the_waveform_back(
    window: Literal["hamming", "hann"], samples: int, seed: int, fft_size: int | None
) -> None:
    features = LogMel(RATE, window, 1024, 528, 64, 0.0, 8000.0, 1e-8, fft_size)
    waveform = noise(samples, seed)
    masks = torch.ones(1, 1, features.frames(samples), features.fft_size // 2 + 1)
    # A transform and its inverse in float32 round at about 1e-7 of the peak; where a window gives way to the next, it
    # is at a quarter of its height, and dividing by its square costs one digit.
    torch.testing.assert_close(features.apply_mask(waveform, masks)[:, 0], waveform, atol=1e-5, rtol=0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99))
def test_masks_that_sum_to_one_give_parts_that_sum_to_the_mixture(seed: int) -> None:
    features = jsc_features()
    waveform = noise(4000, seed)
    share = torch.rand(1, 1, features.frames(4000), 64, generator=torch.Generator().manual_seed(seed))
    covered = features.linear_mask(torch.ones(64))
    whole = features.apply_mask(waveform, covered.expand(1, 1, features.frames(4000), 513))
    parts = features.separate(waveform, torch.cat([share, 1 - share], 1)).sum(1)
    torch.testing.assert_close(parts, whole[:, 0], atol=1e-4, rtol=0)


def test_a_constant_mask_stays_constant_where_bands_are() -> None:
    features = jsc_features()
    linear = features.linear_mask(torch.full((64,), 0.7))
    covered = features.mel.sum(1) > 0
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
    mask = ideal_mel_mask(features, source, rest)
    estimate = features.separate(mixture, mask[:, None])
    separated = torch.stack([estimate[0, 0], mixture[0] - estimate[0, 0]])
    untouched = mixture[0].expand(2, -1)
    of_separated, of_untouched = bss_eval(torch.stack([separated, untouched]), torch.cat([source, rest]))["sdr"][:, 0]
    assert float(of_separated) > 20
    assert float(of_separated) > float(of_untouched) + 10
