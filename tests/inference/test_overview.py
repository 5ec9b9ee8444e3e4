import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.features.stft import Stft
from wsed.inference import overview
from wsed.inference.overview import Overview


@settings(deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=12), st.integers(0, 99))
def test_columns_are_means_over_equal_stretches_of_the_whole_recording(sizes: list[int], seed: int) -> None:
    mel = MelSpectrogram(Stft("hann", 64, 32), 8000, 8, 50.0, 4000.0, 1e-5)
    samples = np.random.default_rng(seed).normal(0, 0.1, sum(sizes)).astype(np.float32)
    before, overview.COLUMNS = overview.COLUMNS, 20
    try:
        found = Overview(mel, 8000)
        start = 0
        for size in sizes:
            found.push(samples[start : start + size])
            start += size
    finally:
        overview.COLUMNS = before
    image = found.image()
    assert len(image) < 40
    if len(samples) < 64:
        assert not len(image)
        return
    whole = mel(torch.from_numpy(samples)[None])[0].double().numpy()
    factor = round(found.seconds * 8000 / 32 / max(1, len(image)))
    assert len(image) == len(whole) // factor
    assert len(image) >= 20 or factor == 1
    expected = whole[: len(image) * factor].reshape(len(image), factor, 8).mean(1)
    np.testing.assert_allclose(image, expected, atol=1e-4)
