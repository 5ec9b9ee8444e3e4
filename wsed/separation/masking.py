"""Separation of waveforms with masks."""

import torch
from torch import Tensor
from torch.nn import functional

from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.features.stft import Stft


def separate(mel: MelSpectrogram, waveform: Tensor, masks: Tensor) -> Tensor:
    """Applies mel masks to a mixture; see `linear_mask` and `apply_mask`.

    Args:
        mel: the mel spectrogram that defines the cells of the masks.
        waveform: `(batch, samples)`.
        masks: `(batch, class, time, freq)` in [0, 1].

    Returns:
        `(batch, class, samples)`.
    """
    return apply_mask(mel.stft, waveform, linear_mask(mel.filters, masks.float()))


def linear_mask(filters: Tensor, mask: Tensor) -> Tensor:
    """Spreads a mel mask over the FFT bins (Kong 2018, published code).

    The value of a bin is the mean of the bands that cover it, weighted by the mel filters, so that a constant mask
    stays constant. Bins below the first band and above the last one get 0.

    Args:
        filters: `(bin, freq)`, the mel filters.
        mask: `(..., freq)` in [0, 1].

    Returns:
        `(..., bin)` in [0, 1].
    """
    weights = filters / (filters.sum(1, keepdim=True) + 1e-8)
    return mask @ weights.T


def apply_mask(stft: Stft, waveform: Tensor, masks: Tensor) -> Tensor:
    """Multiplies the spectrogram of a mixture by each mask, keeps its phase, and inverts it by least squares.

    One frame is added before the first and at least one after the last, with the masks of the first and the last frame,
    so that every sample is reconstructed and none depends on the edge of a single window. A mask of ones returns the
    waveform.

    Args:
        stft: the STFT that defines the cells of the masks.
        waveform: `(batch, samples)`.
        masks: `(batch, class, time, bin)` in [0, 1], on the frames of `stft(waveform)`.

    Returns:
        `(batch, class, samples)`.
    """
    batch, classes, frames, _ = masks.shape
    samples = waveform.shape[-1]
    left_over = samples - stft.window_size - (frames - 1) * stft.hop
    after = 1 + -(-left_over // stft.hop)
    padded = functional.pad(waveform, (stft.hop, after * stft.hop - left_over))
    first, last = masks[:, :, :1], masks[:, :, -1:].expand(-1, -1, after, -1)
    spectrogram = stft(padded)[:, None] * torch.cat([first, masks, last], 2)
    separated = stft.inverse(spectrogram.flatten(0, 1), padded.shape[-1])
    return separated[:, stft.hop : stft.hop + samples].reshape(batch, classes, samples)
