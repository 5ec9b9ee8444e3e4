"""Mel spectrogram: filters on the magnitudes of an STFT."""

import warnings

import torch
import torchaudio
from torch import Tensor, nn

from wsed.features.stft import Stft


class MelSpectrogram(nn.Module):
    """Mel filters of unit area on the Slaney scale, the default of librosa.

    Args:
        stft: the STFT that gives the magnitudes.
        sample_rate: Hz.
        bands: number of filters.
        min_frequency: lower edge of the first band, Hz.
        max_frequency: upper edge of the last band, Hz; at most half the sample rate.
        floor: added to a magnitude before its logarithm.

    Raises:
        ValueError: `max_frequency` is above half the sample rate or not above `min_frequency`, or a band is too
            narrow for the FFT.
    """

    filters: Tensor

    def __init__(
        self, stft: Stft, sample_rate: int, bands: int, min_frequency: float, max_frequency: float, floor: float
    ) -> None:
        super().__init__()
        if max_frequency > sample_rate / 2:
            raise ValueError(
                f"max_frequency is {max_frequency:g}; it can be at most half the rate, {sample_rate / 2:g}"
            )
        if min_frequency >= max_frequency:
            raise ValueError(f"min_frequency is {min_frequency:g}; it must be below max_frequency, {max_frequency:g}")
        self.stft = stft
        self.floor = floor
        with warnings.catch_warnings():
            # The check below says it better.
            warnings.filterwarnings("ignore", message="At least one mel filterbank")
            filters = torchaudio.functional.melscale_fbanks(
                stft.bins, min_frequency, max_frequency, bands, sample_rate, norm="slaney", mel_scale="slaney"
            )
        empty = int((filters.amax(0) <= 0).sum())
        if empty:
            raise ValueError(
                f"bands is {bands}; {empty} of the mel bands are too narrow for an FFT of {stft.fft_size} samples, "
                "so use fewer bands or a larger fft_size"
            )
        self.register_buffer("filters", filters, persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Log-mel magnitudes, `ln(mel + floor)`: `(batch, samples)` to `(batch, time, band)`."""
        return torch.log(self.magnitude(waveform) + self.floor)

    def magnitude(self, waveform: Tensor) -> Tensor:
        """Mel magnitudes: `(batch, samples)` to `(batch, time, band)`, 0 or more."""
        with torch.autocast(waveform.device.type, enabled=False):
            return self.stft.magnitude(waveform.float()) @ self.filters
