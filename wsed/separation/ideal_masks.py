"""Ideal masks, computed from the true sources: an upper bound for systems that know only the mixture."""

from collections.abc import Callable

import torch
from torch import Tensor

from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.features.stft import Stft
from wsed.separation.masking import apply_mask

IBM_RATIO = 1.7
"""Amplitude ratio above which a cell of the ideal binary mask belongs to the event (4.6 dB; Kong 2018, code)."""

IdealMask = Callable[[Stft, Tensor, Tensor], Tensor]
"""Takes an STFT, a source and the rest of the mixture; returns a mask `(batch, time, bin)`."""


def ideal_binary_mask(stft: Stft, source: Tensor, rest: Tensor) -> Tensor:
    """1 where the magnitude of a source is more than 1.7 times that of the rest of the mixture, otherwise 0.

    Args:
        stft: the STFT that defines the cells of the mask.
        source: `(batch, samples)`.
        rest: `(batch, samples)`, everything else in the mixture.

    Returns:
        `(batch, time, bin)` 0/1.
    """
    own, other = stft.magnitude(source), stft.magnitude(rest)
    return (own > IBM_RATIO * other).float()


def ideal_mel_mask(mel: MelSpectrogram, source: Tensor, rest: Tensor) -> Tensor:
    """The ideal binary mask on mel bands, for figures: `(batch, samples)` twice to `(batch, time, freq)` 0/1."""
    return (mel.magnitude(source) > IBM_RATIO * mel.magnitude(rest)).float()


def ideal_ratio_mask(stft: Stft, source: Tensor, rest: Tensor) -> Tensor:
    """The share of a source in the magnitudes, `|source| / (|source| + |rest|)`.

    Args:
        stft: the STFT that defines the cells of the mask.
        source: `(batch, samples)`.
        rest: `(batch, samples)`, everything else in the mixture.

    Returns:
        `(batch, time, bin)` in [0, 1].
    """
    own, other = stft.magnitude(source), stft.magnitude(rest)
    return own / (own + other).clamp_min(1e-12)


def separate_ideally(
    stft: Stft, waveform: Tensor, sources: Tensor, ideal_mask: IdealMask = ideal_binary_mask
) -> tuple[Tensor, Tensor]:
    """Separates a mixture with the ideal mask of each class; the background gets what the classes leave.

    Args:
        stft: the STFT that defines the cells of the masks.
        waveform: `(batch, samples)`, the mixture.
        sources: `(batch, class, samples)`.
        ideal_mask: `ideal_binary_mask` or `ideal_ratio_mask`.

    Returns:
        The classes `(batch, class, samples)` and the background `(batch, samples)`.
    """
    masks = torch.stack([ideal_mask(stft, source, waveform - source) for source in sources.unbind(1)], 1)
    rest = (1 - masks.sum(1, keepdim=True)).clamp_min(0)
    separated = apply_mask(stft, waveform, torch.cat([masks, rest], 1))
    return separated[:, :-1], separated[:, -1]
