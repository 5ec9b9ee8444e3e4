"""Short-time Fourier transform and its inverse."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

WINDOWS = {"hamming": torch.hamming_window, "hann": torch.hann_window}


class Stft(nn.Module):
    """Spectrogram of frames without padding: frame `t` covers the samples from `t * hop` to `t * hop + window_size`.

    The window is scaled to unit energy, as in the published code of Kong 2018
    (https://github.com/qiuqiangkong/ICASSP2018_joint_separation_classification).

    Args:
        window: `hamming` or `hann`, periodic.
        window_size: samples in a frame.
        hop: samples between the starts of consecutive frames.
        fft_size: samples that a frame is zero-padded to, at least `window_size`; None for `window_size`.

    Raises:
        ValueError: `fft_size` is below `window_size`, or `hop` is above it.
    """

    window: Tensor

    def __init__(
        self, window: Literal["hamming", "hann"], window_size: int, hop: int, fft_size: int | None = None
    ) -> None:
        super().__init__()
        self.window_size = window_size
        self.hop = hop
        self.fft_size = fft_size or window_size
        if self.fft_size < window_size:
            raise ValueError(f"fft_size is {fft_size}; it must be at least window_size, {window_size}")
        if hop > window_size:
            raise ValueError(
                f"hop is {hop}; it must be at most window_size, {window_size}, so that frames leave no gap"
            )
        shape = WINDOWS[window](window_size)
        self.register_buffer("window", shape / shape.square().sum().sqrt(), persistent=False)

    @property
    def bins(self) -> int:
        """Size of the `bin` axis."""
        return self.fft_size // 2 + 1

    def forward(self, waveform: Tensor) -> Tensor:
        """Complex spectrogram.

        Args:
            waveform: `(batch, samples)`, at least `window_size` samples.

        Returns:
            `(batch, time, bin)`.
        """
        frames = waveform.unfold(1, self.window_size, self.hop) * self.window
        spectrogram: Tensor = torch.fft.rfft(frames, self.fft_size)
        return spectrogram

    def magnitude(self, waveform: Tensor) -> Tensor:
        """Magnitudes of the spectrogram: `(batch, samples)` to `(batch, time, bin)`, 0 or more."""
        spectrogram: Tensor = self(waveform)
        return spectrogram.abs()

    def inverse(self, spectrogram: Tensor, samples: int) -> Tensor:
        """The waveform with the nearest spectrogram in the least-squares sense (Griffin and Lim 1984, equation 6).

        Args:
            spectrogram: `(batch, time, bin)`, complex.
            samples: length of the result; samples that no frame covers become 0.

        Returns:
            `(batch, samples)`.
        """
        pieces = self.pieces(spectrogram)
        weight = self.overlap_add(self.window.square().expand(1, pieces.shape[1], -1), samples)
        return self.overlap_add(pieces, samples) / weight.clamp_min(1e-12)

    def pieces(self, spectrogram: Tensor) -> Tensor:
        """The windowed waveform of each frame, which `inverse` adds up: `(batch, time, bin)` to `(..., window)`."""
        frames: Tensor = torch.fft.irfft(spectrogram, self.fft_size)
        return frames[:, :, : self.window_size] * self.window

    def overlap_add(self, pieces: Tensor, samples: int) -> Tensor:
        """Adds frames up where they overlap: `(batch, time, window)` to `(batch, samples)`."""
        summed = functional.fold(pieces.transpose(1, 2), (1, samples), (1, self.window_size), stride=(1, self.hop))
        return summed[:, 0, 0]
