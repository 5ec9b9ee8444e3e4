"""Log-mel features."""

from typing import Literal

from torch import Tensor

from wsed.checks.ranges import Floor, Frequency, SampleRate, Samples, Size
from wsed.features.base import SpectralFeatures
from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.features.stft import Stft


class LogMel(SpectralFeatures):
    """Standardised log-mel magnitudes, `ln(mel + floor)`.

    The window has unit energy and the mel filters have unit area, so that `floor` has the same effect as in the
    published code of Kong 2018 (https://github.com/qiuqiangkong/ICASSP2018_joint_separation_classification).

    Args:
        sample_rate: Hz.
        window: `hamming` or `hann`.
        window_size: samples in a frame.
        hop: samples between the starts of consecutive frames.
        bands: number of mel bands, the size of the `freq` axis.
        min_frequency: lower edge of the first band, Hz.
        max_frequency: upper edge of the last band, Hz; at most half the sample rate.
        floor: added to a magnitude before its logarithm.
        fft_size: samples that a frame is zero-padded to, at least `window_size`; None for `window_size`.

    Raises:
        ValueError: an FFT size or a frequency that does not fit.
    """

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
        fft_size: Samples | None = None,
    ) -> None:
        stft = Stft(window, window_size, hop, fft_size)
        mel = MelSpectrogram(stft, sample_rate, bands, min_frequency, max_frequency, floor)
        super().__init__(sample_rate, window_size, hop, bands, mel)

    def extract(self, waveform: Tensor) -> Tensor:
        log_mel: Tensor = self.mel(waveform)
        return log_mel
