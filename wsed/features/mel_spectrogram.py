"""Mel spectrogram: filters on the magnitudes of an STFT."""

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
        ValueError: `max_frequency` is above half the sample rate.
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
        self.stft = stft
        self.floor = floor
        filters = torchaudio.functional.melscale_fbanks(
            stft.bins, min_frequency, max_frequency, bands, sample_rate, norm="slaney", mel_scale="slaney"
        )
        self.register_buffer("filters", filters, persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Log-mel magnitudes, `ln(mel + floor)`: `(batch, samples)` to `(batch, time, band)`."""
        return torch.log(self.magnitude(waveform) + self.floor)

    def magnitude(self, waveform: Tensor) -> Tensor:
        """Mel magnitudes: `(batch, samples)` to `(batch, time, band)`, 0 or more."""
        with torch.autocast(waveform.device.type, enabled=False):
            return self.stft.magnitude(waveform.float()) @ self.filters
