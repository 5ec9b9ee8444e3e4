"""Log-mel features, and separation by masks drawn on them."""

from collections.abc import Iterable
from typing import Literal

import torch
import torchaudio
from torch import Tensor, nn
from torch.nn import functional

WINDOWS = {"hamming": torch.hamming_window, "hann": torch.hann_window}


class LogMel(nn.Module):
    """Standardised log-mel magnitudes: `ln(mel + floor)`, per-band mean 0 and standard deviation 1.

    Frames are not padded: frame `t` covers samples `t * hop` to `t * hop + window_size`. The window is scaled to unit
    energy and the mel filters have unit area (Slaney), so that `floor` means what it means in the published code of
    Kong 2018 (https://github.com/qiuqiangkong/ICASSP2018_joint_separation_classification).

    Call `fit` once on training waveforms; mean and standard deviation are buffers and travel in the checkpoint.

    Args:
        sample_rate: Hz.
        window: `hamming` or `hann`.
        window_size: samples of a frame.
        hop: samples between frames.
        bands: mel bands.
        min_frequency: Hz, lower edge of the first band.
        max_frequency: Hz, upper edge of the last band, at most half the sample rate.
        floor: added before the logarithm.
        fft_size: samples that a frame is padded to with zeros, at least `window_size`, which None stands for.

    Raises:
        ValueError: an FFT size or a frequency that does not fit.
    """

    separates = True
    """Whether the `freq` axis is one of frequencies, so that a mask on it can be applied to a spectrogram."""

    window: Tensor
    mel: Tensor
    mean: Tensor
    std: Tensor

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
        fft_size: int | None = None,
    ) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.window_size = window_size
        self.fft_size = fft_size or window_size
        if self.fft_size < window_size:
            raise ValueError(f"fft_size is {fft_size}; it must be at least window_size, {window_size}")
        if max_frequency > sample_rate / 2:
            raise ValueError(
                f"max_frequency is {max_frequency:g}; it can be at most half the rate, {sample_rate / 2:g}"
            )
        self.hop = hop
        self.bands = bands
        self.floor = floor
        shape = WINDOWS[window](window_size)
        self.register_buffer("window", shape / shape.square().sum().sqrt(), persistent=False)
        mel = torchaudio.functional.melscale_fbanks(
            self.fft_size // 2 + 1, min_frequency, max_frequency, bands, sample_rate, norm="slaney", mel_scale="slaney"
        )
        self.register_buffer("mel", mel, persistent=False)
        self.register_buffer("mean", torch.zeros(bands))
        self.register_buffer("std", torch.ones(bands))

    @property
    def frames_per_second(self) -> float:
        """Frames in a second of audio."""
        return self.sample_rate / self.hop

    def frames(self, samples: int) -> int:
        """Number of frames in a waveform of `samples` samples."""
        return max(0, (samples - self.window_size) // self.hop + 1)

    def valid(self, lengths: Tensor, frames: int) -> Tensor:
        """Which frames lie in a clip, and not in the zeros that pad it.

        Args:
            lengths: `(batch,)`, samples of each clip.
            frames: of the padded clips.

        Returns:
            `(batch, time)` bool; the first frame always counts.
        """
        inside = ((lengths - self.window_size) // self.hop + 1).clamp(min=1)
        return torch.arange(frames, device=lengths.device) < inside[:, None]

    def forward(self, waveform: Tensor) -> Tensor:
        """Standardised features.

        Args:
            waveform: `(batch, samples)`, at least `window_size` samples.

        Returns:
            `(batch, time, freq)`.
        """
        return (self.extract(waveform) - self.mean) / self.std

    def extract(self, waveform: Tensor) -> Tensor:
        """Features before standardisation: `(batch, samples)` to `(batch, time, freq)`."""
        return self.log_mel(waveform)

    def log_mel(self, waveform: Tensor) -> Tensor:
        """Log-mel magnitudes: `(batch, samples)` to `(batch, time, mel band)`."""
        return torch.log(self.mel_magnitude(waveform) + self.floor)

    def mel_magnitude(self, waveform: Tensor) -> Tensor:
        """Mel magnitudes: `(batch, samples)` to `(batch, time, mel band)`."""
        with torch.autocast(waveform.device.type, enabled=False):
            return self.stft(waveform.float()).abs() @ self.mel

    def fit(self, waveforms: Iterable[Tensor]) -> None:
        """Sets mean and standard deviation per band from training waveforms, each `(batch, samples)`."""
        count = 0
        total = torch.zeros(self.bands, dtype=torch.float64)
        squares = torch.zeros(self.bands, dtype=torch.float64)
        for waveform in waveforms:
            frames = self.extract(waveform.to(self.mean.device)).flatten(0, 1).double().cpu()
            count += len(frames)
            total += frames.sum(0)
            squares += frames.square().sum(0)
        mean = total / count
        std = (squares / count - mean.square()).clamp_min(1e-12).sqrt()
        self.mean.copy_(mean)
        self.std.copy_(std)

    def stft(self, waveform: Tensor) -> Tensor:
        """Complex spectrogram: `(batch, samples)` to `(batch, time, bin)`."""
        frames = waveform.unfold(1, self.window_size, self.hop) * self.window
        spectrogram: Tensor = torch.fft.rfft(frames, self.fft_size)
        return spectrogram

    def linear_mask(self, mask: Tensor) -> Tensor:
        """Spreads a mel mask over the FFT bins (Kong 2018, published code).

        A bin's value is the mean of the bands that cover it, weighted by the mel filters; a constant mask stays
        constant. Bins below the first and above the last band get 0.

        Args:
            mask: `(..., freq)` in [0, 1].

        Returns:
            `(..., bin)` in [0, 1].
        """
        weights = self.mel / (self.mel.sum(1, keepdim=True) + 1e-8)
        return mask @ weights.T

    def separate(self, waveform: Tensor, masks: Tensor) -> Tensor:
        """Applies mel masks to a mixture; see `apply_mask`.

        Args:
            waveform: `(batch, samples)`.
            masks: `(batch, class, time, freq)` in [0, 1].

        Returns:
            `(batch, class, samples)`.
        """
        return self.apply_mask(waveform, self.linear_mask(masks.float()))

    def apply_mask(self, waveform: Tensor, masks: Tensor) -> Tensor:
        """Multiplies the mixture's spectrogram by each mask, keeps its phase, and inverts by least squares.

        Frames are added before the first and after the last, with the masks of those, so that every sample comes back
        and none hangs on the thin end of a window. A mask of ones returns the waveform.

        Args:
            waveform: `(batch, samples)`.
            masks: `(batch, class, time, bin)` in [0, 1], on the frames of `stft(waveform)`.

        Returns:
            `(batch, class, samples)`.
        """
        batch, classes, frames, _ = masks.shape
        samples = waveform.shape[-1]
        left_over = samples - self.window_size - (frames - 1) * self.hop
        after = 1 + -(-left_over // self.hop)
        padded = functional.pad(waveform, (self.hop, after * self.hop - left_over))
        first, last = masks[:, :, :1], masks[:, :, -1:].expand(-1, -1, after, -1)
        spectrogram = self.stft(padded)[:, None] * torch.cat([first, masks, last], 2)
        pieces = torch.fft.irfft(spectrogram.flatten(0, 1), self.fft_size)[:, :, : self.window_size] * self.window
        length = padded.shape[-1]
        weight = self._overlap_add(self.window.square().expand(1, pieces.shape[1], -1), length)
        separated = self._overlap_add(pieces, length) / weight.clamp_min(1e-12)
        return separated[:, self.hop : self.hop + samples].reshape(batch, classes, samples)

    def _overlap_add(self, pieces: Tensor, length: int) -> Tensor:
        """From `(batch, time, window)` to `(batch, samples)`."""
        summed = functional.fold(pieces.transpose(1, 2), (1, length), (1, self.window_size), stride=(1, self.hop))
        return summed[:, 0, 0]
