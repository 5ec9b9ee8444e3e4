"""MFCC against scipy."""

import numpy as np
import pytest
import torch
from scipy.fft import dct
from scipy.signal import savgol_filter

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.errors import UserError
from wsed.features.mfcc import Mfcc
from wsed.training.run import build_system


def mfcc(bands: int = 60, mel_bands: int = 64) -> Mfcc:
    return Mfcc(16000, "hamming", 1024, 664, bands, 0.0, 8000.0, 1e-8, None, mel_bands)


def noise(samples: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, (2, samples))).float()


def test_coefficients_and_differences_agree_with_scipy() -> None:
    features, waveform = mfcc(), noise(32000)
    found = features.extract(waveform)[0].numpy()
    log_mel = features.mel(waveform)[0].numpy()
    coefficients = dct(log_mel, type=2, norm="ortho")[:, :20]
    np.testing.assert_allclose(found[:, :20], coefficients, atol=1e-3)
    # Slopes of lines through five frames. At the edges the last frame is repeated, as torchaudio does.
    first = savgol_filter(coefficients, 5, polyorder=1, deriv=1, axis=0, mode="nearest")
    second = savgol_filter(first, 5, polyorder=1, deriv=1, axis=0, mode="nearest")
    np.testing.assert_allclose(found[:, 20:40], first, atol=1e-3)
    np.testing.assert_allclose(found[:, 40:], second, atol=1e-3)


def test_ten_seconds_are_240_frames_of_120_values() -> None:
    features = mfcc(120)
    features.fit([noise(160000)])
    assert features(noise(160000)).shape == (2, 240, 120)


def test_statistics_are_the_only_state() -> None:
    assert {name: len(value) for name, value in mfcc().state_dict().items()} == {"mean": 60, "std": 60}


@pytest.mark.parametrize("sizes", [(40, 64), (120, 30)])
def test_sizes_that_do_not_fit(sizes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="must be a multiple of 3, and at most 3 times mel_bands"):
        mfcc(*sizes)


def test_systems_with_masks_refuse_them() -> None:
    with hydra_initialized():
        config = validate(compose_config(["model=jsc", "features=mfcc"]))
    with pytest.raises(
        UserError, match="Jsc: predicts masks, and the features Mfcc have no frequency axis; choose features=log_mel"
    ):
        build_system(config)
