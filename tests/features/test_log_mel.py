"""Log-mel features against librosa and numpy."""

import librosa
import numpy as np
import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.validate import validate
from wsed.features.log_mel import LogMel

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
    np.testing.assert_allclose(jsc_features().extract(waveform)[0].numpy(), expected, atol=1e-4)


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


def test_statistics_are_the_only_state() -> None:
    assert set(jsc_features().state_dict()) == {"mean", "std"}


def test_frames_of_padding_are_not_valid() -> None:
    features = jsc_features()
    lengths = torch.tensor([64000, 1024 + 528, 1024 + 527, 10])
    valid = features.valid(lengths, 120)
    # A frame is valid if all of its samples lie in the clip; the first one always is.
    assert valid.sum(1).tolist() == [120, 2, 1, 1]
    assert valid[1].tolist() == [True, True] + [False] * 118


@pytest.mark.parametrize(
    ("fft_size", "highest", "message"), [(1000, 8000.0, "at least window_size"), (None, 8001.0, "half")]
)
def test_sizes_that_do_not_fit_are_refused(fft_size: int | None, highest: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LogMel(RATE, "hamming", 1024, 528, 64, 0.0, highest, 1e-8, fft_size)
