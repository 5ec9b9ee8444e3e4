"""Cepstral features."""

from typing import Literal

import torch
import torchaudio
from torch import Tensor

from wsed.checks.ranges import Floor, Frequency, SampleRate, Samples, Size
from wsed.features.base import Features
from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.features.stft import Stft


class Mfcc(Features):
    """Standardised mel-frequency cepstral coefficients with their first and second differences over five frames.

    Xu et al. (2018) have a system on MFCC but give no details; the name of a published checkpoint mentions 40
    coefficients with both differences. The coefficients are the orthonormal cosine transform of the log-mel magnitudes;
    torchaudio computes the differences, with repeated edges.

    Args:
        sample_rate: Hz.
        window: `hamming` or `hann`.
        window_size: samples in a frame.
        hop: samples between the starts of consecutive frames.
        bands: size of the `freq` axis: one third each for coefficients, first and second differences.
        min_frequency: lower edge of the first mel band, Hz.
        max_frequency: upper edge of the last mel band, Hz; at most half the sample rate.
        floor: added to a mel magnitude before its logarithm.
        fft_size: samples that a frame is zero-padded to, at least `window_size`; None for `window_size`.
        mel_bands: number of mel bands, at least the number of coefficients.

    Raises:
        ValueError: sizes that do not fit.
    """

    mel: MelSpectrogram
    cosines: Tensor

    def __init__(
        self,
        sample_rate: SampleRate,
        window: Literal["hamming", "hann"],
        window_size: Samples,
        hop: Samples,
        bands: Size,
        min_frequency: Frequency,
        max_frequency: Frequency,
        floor: Floor,
        fft_size: Samples | None,
        mel_bands: Size,
    ) -> None:
        stft = Stft(window, window_size, hop, fft_size)
        mel = MelSpectrogram(stft, sample_rate, mel_bands, min_frequency, max_frequency, floor)
        super().__init__(sample_rate, window_size, hop, bands, mel)
        if bands % 3 or bands // 3 > mel_bands:
            raise ValueError(
                f"bands is {bands}; it must be a multiple of 3, and at most 3 times mel_bands, {mel_bands}"
            )
        self.register_buffer(
            "cosines", torchaudio.functional.create_dct(bands // 3, mel_bands, "ortho"), persistent=False
        )

    def extract(self, waveform: Tensor) -> Tensor:
        coefficients = (self.mel(waveform) @ self.cosines).transpose(1, 2)
        first = torchaudio.functional.compute_deltas(coefficients)
        second = torchaudio.functional.compute_deltas(first)
        return torch.cat([coefficients, first, second], 1).transpose(1, 2)
