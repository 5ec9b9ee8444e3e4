"""The interface of features."""

from abc import abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.errors import UserError
from wsed.features.mel_spectrogram import MelSpectrogram


class Features(nn.Module):
    """Standardised features of each frame: mean 0 and standard deviation 1 in every band of the training set.

    A subclass defines `extract`. Call `fit` once on training waveforms; mean and standard deviation are buffers, so
    that they are saved in checkpoints.

    Frames are not padded: frame `t` covers the samples from `t * hop` to `t * hop + window_size`. A subclass that cuts
    frames in another way overrides `frames` and `valid`.

    Args:
        sample_rate: Hz.
        window_size: samples in a frame.
        hop: samples between the starts of consecutive frames.
        bands: size of the `freq` axis.
        mel: the mel spectrogram on the same frames, for figures; None if there is none.
    """

    mean: Tensor
    std: Tensor
    mel: MelSpectrogram | None

    def __init__(
        self, sample_rate: int, window_size: int, hop: int, bands: int, mel: MelSpectrogram | None = None
    ) -> None:
        super().__init__()
        self.sample_rate = sample_rate
        self.window_size = window_size
        self.hop = hop
        self.bands = bands
        self.mel = mel
        self.register_buffer("mean", torch.zeros(bands))
        self.register_buffer("std", torch.ones(bands))

    @property
    def frames_per_second(self) -> float:
        """Number of frames in a second of audio."""
        return self.sample_rate / self.hop

    def frames(self, samples: int) -> int:
        """Number of frames in a waveform of `samples` samples."""
        return max(0, (samples - self.window_size) // self.hop + 1)

    def valid(self, lengths: Tensor, frames: int) -> Tensor:
        """Marks the frames that lie inside a clip, and not in its padding.

        Args:
            lengths: `(batch,)`, number of samples of each clip without padding.
            frames: number of frames of the padded clips.

        Returns:
            `(batch, time)` bool; the first frame is always valid.
        """
        inside = ((lengths - self.window_size) // self.hop + 1).clamp(min=1)
        return torch.arange(frames, device=lengths.device) < inside[:, None]

    def fit(self, waveforms: Iterable[Tensor]) -> None:
        """Computes the mean and the standard deviation of each band from training waveforms.

        Args:
            waveforms: `(batch, samples)` each.
        """
        count = 0
        total = torch.zeros(self.bands, dtype=torch.float64)
        squares = torch.zeros(self.bands, dtype=torch.float64)
        for waveform in waveforms:
            # A clip may be shorter than a window; its first frame is valid all the same, and ends in padding.
            padded = functional.pad(waveform, (0, max(0, self.window_size - waveform.shape[1])))
            frames = self.extract(padded.to(self.mean.device)).flatten(0, 1).double().cpu()
            count += len(frames)
            total += frames.sum(0)
            squares += frames.square().sum(0)
        mean = total / count
        std = (squares / count - mean.square()).clamp_min(1e-12).sqrt()
        self.mean.copy_(mean)
        self.std.copy_(std)

    def forward(self, waveform: Tensor) -> Tensor:
        """Standardised features.

        Args:
            waveform: `(batch, samples)` in [-1, 1], floating-point, at least `window_size` samples.

        Returns:
            `(batch, time, freq)`.

        Raises:
            UserError: the waveform has another shape or type.
        """
        check_waveform(waveform, self.window_size)
        return (self.extract(waveform) - self.mean) / self.std

    @abstractmethod
    def extract(self, waveform: Tensor) -> Tensor:
        """Features before standardisation: `(batch, samples)` to `(batch, time, freq)`."""


def check_waveform(waveform: Tensor, window_size: int) -> None:
    """Checks the shape and the type of a batch of waveforms.

    Args:
        waveform: `(batch, samples)` in [-1, 1].
        window_size: the smallest number of samples.

    Raises:
        UserError: they are wrong; the message says how to convert the waveform.
    """
    shape = tuple(waveform.shape)
    if waveform.ndim == 3:
        raise UserError(f"waveform: has the shape {shape}; give mono, (batch, samples), as by waveform.mean(1)")
    if waveform.ndim != 2:
        raise UserError(f"waveform: has the shape {shape}; it must be (batch, samples), as by waveform[None]")
    if not waveform.is_floating_point():
        raise UserError(
            f"waveform: has the type {str(waveform.dtype).removeprefix('torch.')}; give floats in [-1, 1], as by "
            "waveform / 32768 for int16"
        )
    if not shape[0] or shape[1] < window_size:
        raise UserError(
            f"waveform: has the shape {shape}; it needs at least one clip, and the {window_size} samples of a window; "
            "pad it with zeros"
        )


class SpectralFeatures(Features):
    """Features that have the same `freq` axis as their mel spectrogram.

    Systems with masks need such features, because a mask on their cells can be applied to the mixture's spectrogram.
    """

    mel: MelSpectrogram
