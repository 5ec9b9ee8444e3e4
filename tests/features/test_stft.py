"""STFT and its inverse against numpy."""

from typing import Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.features.stft import Stft


def noise(samples: int, seed: int = 0, clips: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, (clips, samples))).float()


@pytest.mark.parametrize(("window", "fft_size"), [("hamming", None), ("hann", 2048)])
def test_frames_are_those_of_numpy(window: Literal["hamming", "hann"], fft_size: int | None) -> None:
    stft, waveform = Stft(window, 1764, 882, fft_size), noise(9000)
    shape = {"hamming": np.hamming, "hann": np.hanning}[window](1765)[:-1]
    shape = shape / np.sqrt((shape**2).sum())
    starts = range(0, 9000 - 1764 + 1, 882)
    frames = np.stack([waveform[0, start : start + 1764].numpy() * shape for start in starts])
    np.testing.assert_allclose(stft(waveform)[0].numpy(), np.fft.rfft(frames, fft_size or 1764), atol=1e-5)
    assert stft(waveform).shape == (1, len(starts), stft.bins)
    np.testing.assert_allclose(stft.magnitude(waveform)[0].numpy(), np.abs(np.fft.rfft(frames, fft_size)), atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(frames=st.integers(1, 9), hop=st.integers(100, 256), seed=st.integers(0, 9))
def test_the_inverse_gives_covered_samples_back(frames: int, hop: int, seed: int) -> None:
    stft = Stft("hamming", 256, hop)
    samples = 256 + (frames - 1) * hop
    waveform = noise(samples, seed, 2)
    torch.testing.assert_close(stft.inverse(stft(waveform), samples), waveform, atol=1e-5, rtol=0)


def test_the_inverse_is_the_nearest_waveform() -> None:
    """No waveform has a spectrogram nearer to one that is none: the normal equations hold."""
    stft = Stft("hann", 64, 32)
    generator = torch.Generator().manual_seed(0)
    spectrogram = torch.complex(*torch.randn(2, 1, 7, 33, generator=generator))
    # The first and the last bin of a real signal are real.
    spectrogram = torch.fft.rfft(torch.fft.irfft(spectrogram, 64), 64)
    samples = 64 + 6 * 32
    best = stft.inverse(spectrogram, samples).requires_grad_()
    frames = torch.fft.irfft(stft(best) - spectrogram, 64)
    frames.square().sum().backward()
    assert best.grad is not None
    # The first sample has no weight under a Hann window that begins with 0.
    torch.testing.assert_close(best.grad[:, 1:], torch.zeros(1, samples - 1), atol=1e-5, rtol=0)


def test_the_window_is_not_saved() -> None:
    assert not Stft("hann", 256, 128).state_dict()
