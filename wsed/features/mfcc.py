"""Cepstral features."""

from typing import Literal

import torch
import torchaudio
from torch import Tensor

from wsed.features.log_mel import LogMel


class Mfcc(LogMel):
    """Standardised mel-frequency cepstral coefficients, and their first and second differences over five frames.

    Xu et al. (2018) have a system on MFCC without saying which; the name of a published checkpoint says 40 coefficients
    with both differences. Cosine transform of `log_mel`, orthonormal; differences as in torchaudio, edges repeated.
    Masks on them could not be applied to a spectrogram, so that systems that draw masks refuse them.

    Args:
        bands: size of the `freq` axis: coefficients, differences and second differences, a third each.
        mel_bands: before the cosine transform, at least as many as coefficients.

    The other arguments are those of `LogMel`.

    Raises:
        ValueError: sizes that do not fit.
    """

    separates = False

    cosines: Tensor

    def __init__(
        self,
        sample_rate: int,
        window: Literal["hamming", "hann"],
        window_size: int,
        hop: int,
        bands: int,
        min_frequency: float,
        max_frequency: float,
        floor: float,
        fft_size: int | None,
        mel_bands: int,
    ) -> None:
        super().__init__(
            sample_rate, window, window_size, hop, mel_bands, min_frequency, max_frequency, floor, fft_size
        )
        if bands % 3 or bands // 3 > mel_bands:
            raise ValueError(
                f"bands is {bands}; it must be a multiple of 3, and at most 3 times mel_bands, {mel_bands}"
            )
        self.bands = bands
        self.register_buffer(
            "cosines", torchaudio.functional.create_dct(bands // 3, mel_bands, "ortho"), persistent=False
        )
        self.register_buffer("mean", torch.zeros(bands))
        self.register_buffer("std", torch.ones(bands))

    def extract(self, waveform: Tensor) -> Tensor:
        coefficients = (self.log_mel(waveform) @ self.cosines).transpose(1, 2)
        first = torchaudio.functional.compute_deltas(coefficients)
        second = torchaudio.functional.compute_deltas(first)
        return torch.cat([coefficients, first, second], 1).transpose(1, 2)
