"""Separation of recordings that come in pieces, in constant memory."""

import torch
from torch import Tensor
from torch.nn import functional

from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.separation.masking import linear_mask

BLOCK = 256
"""The largest number of frames that are inverted at once."""


class StreamedMasking:
    """Gives the same as `wsed.separation.masking.separate`, piece by piece.

    Args:
        mel: the mel spectrogram that defines the cells of the masks.
        classes: number of masks.
        channels: number of waveforms that share the masks.
    """

    def __init__(self, mel: MelSpectrogram, classes: int, channels: int) -> None:
        self.mel = mel
        self.stft = mel.stft
        bands = mel.filters.shape[1]
        # As in `apply_mask`, one frame lies before the first.
        self._samples = torch.zeros(channels, self.stft.hop)
        self._masks = torch.zeros(classes, 0, bands)
        self._last: Tensor | None = None
        # What the next frame overlaps, before the division by the weight of the windows.
        self._sum = torch.zeros(channels, classes, self.stft.window_size - self.stft.hop)
        self._weight = torch.zeros(self.stft.window_size - self.stft.hop)
        self._extra = self.stft.hop

    def push(self, samples: Tensor, masks: Tensor) -> Tensor:
        """Adds samples and masks that follow those before; one may be ahead of the other, or have no entries.

        Args:
            samples: `(channel, samples)`.
            masks: `(class, time, freq)` in [0, 1].

        Returns:
            The samples that no further mask changes, `(channel, class, samples)`.
        """
        self._samples = torch.cat([self._samples, samples], 1)
        if masks.shape[1]:
            before = masks[:, :1] if self._last is None else masks[:, :0]
            self._masks = torch.cat([self._masks, before, masks], 1)
            self._last = masks[:, -1:]
        return self._separate()

    def finish(self) -> Tensor:
        """The remaining samples, `(channel, class, samples)`; the last mask also holds behind its frame.

        Call it when every frame of the samples has got its masks.
        """
        assert self._last is not None
        left_over = self._samples.shape[1] - self._sum.shape[2]
        after = 1 + -(-left_over // self.stft.hop)
        padding = torch.zeros(len(self._samples), after * self.stft.hop - left_over)
        self._samples = torch.cat([self._samples, padding], 1)
        self._masks = torch.cat([self._masks, self._last.expand(-1, after, -1)], 1)
        separated = torch.cat([self._separate(), self._sum / self._weight.clamp_min(1e-12)], 2)
        return separated[:, :, : separated.shape[2] - padding.shape[1]]

    def _separate(self) -> Tensor:
        hop, window = self.stft.hop, self.stft.window_size
        ready = min(self._masks.shape[1], (self._samples.shape[1] - window) // hop + 1)
        parts = [self._sum[:, :, :0]]
        for start in range(0, ready, BLOCK):
            count = min(BLOCK, ready - start)
            parts.append(self._block(self._samples[:, : (count - 1) * hop + window], self._masks[:, :count]))
            self._samples, self._masks = self._samples[:, count * hop :], self._masks[:, count:]
        separated = torch.cat(parts, 2)
        skipped = min(self._extra, separated.shape[2])
        self._extra -= skipped
        return separated[:, :, skipped:]

    def _block(self, samples: Tensor, masks: Tensor) -> Tensor:
        """Adds frames up, and returns the samples that no further frame overlaps."""
        channels, classes, count = len(samples), len(masks), masks.shape[1]
        spectrogram = self.stft(samples)[:, None] * linear_mask(self.mel.filters, masks.float())
        pieces = self.stft.pieces(spectrogram.flatten(0, 1))
        total = self.stft.overlap_add(pieces, samples.shape[1]).view(channels, classes, -1)
        weight = self.stft.overlap_add(self.stft.window.square().expand(1, count, -1), samples.shape[1])[0]
        overlap, finished = self._sum.shape[2], count * self.stft.hop
        total += functional.pad(self._sum, (0, total.shape[2] - overlap))
        weight = weight + functional.pad(self._weight, (0, len(weight) - overlap))
        self._sum, self._weight = total[:, :, finished:], weight[finished:]
        return total[:, :, :finished] / weight[:finished].clamp_min(1e-12)
