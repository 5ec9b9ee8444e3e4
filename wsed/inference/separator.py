"""From the masks of a recording to its sources."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from wsed.data.audio.streams import Resampler, Samples
from wsed.features.mel_spectrogram import MelSpectrogram
from wsed.separation.streamed_masking import StreamedMasking

Written = Callable[[NDArray[np.float32]], None]
"""Takes the next samples of all sources, `(class, channel, samples)`; the last one is the rest."""


class Separator:
    """Separates every channel of a recording by the same masks, at the recording's own sample rate.

    The rest is the recording minus all sources, so that all of them sum to the recording. Frequencies above half the
    sample rate of the system stay in the rest.

    Args:
        mel: the mel spectrogram of the system.
        classes: number of classes.
        channels: number of channels of the recording.
        sample_rates: Hz of the recording, and of the system.
        write: takes the sources, piece by piece.
    """

    def __init__(
        self, mel: MelSpectrogram, classes: int, channels: int, sample_rates: tuple[int, int], write: Written
    ) -> None:
        own, system = sample_rates
        self.classes = classes
        self.channels = channels
        self.write = write
        self._masking = StreamedMasking(mel, classes, channels)
        self._back = Resampler(system, own, classes * channels)
        self._recording: Samples = np.zeros((channels, 0), np.float32)
        self._empty = torch.zeros(classes, 0, mel.filters.shape[1])

    def push(self, samples: Samples, resampled: Samples) -> None:
        """Adds the next samples of the recording.

        Args:
            samples: `(channel, samples)`, as recorded.
            resampled: `(channel, samples)` at the sample rate of the system; may be behind.
        """
        self._recording = np.concatenate([self._recording, samples], 1)
        self._emit(self._masking.push(torch.from_numpy(resampled), self._empty))

    def receive(self, masks: Tensor) -> None:
        """Adds the next masks, `(class, time, freq)`."""
        self._emit(self._masking.push(torch.zeros(self.channels, 0), masks))

    def finish(self) -> None:
        """Ends the recording, after the last masks."""
        self._emit(self._masking.finish(), last=True)
        missing = self._recording.shape[1]
        if missing:
            self._write(np.zeros((self.classes, self.channels, missing), np.float32))

    def _emit(self, separated: Tensor, last: bool = False) -> None:
        flat = separated.transpose(0, 1).reshape(self.classes * self.channels, -1).numpy()
        if not flat.shape[1] and not last:
            return
        sources = self._back.push(flat, last)
        # Resampling there and back may give a sample more than the recording has.
        self._write(sources.reshape(self.classes, self.channels, -1)[:, :, : self._recording.shape[1]])

    def _write(self, sources: NDArray[np.float32]) -> None:
        count = sources.shape[2]
        mixture, self._recording = self._recording[:, :count], self._recording[:, count:]
        if count:
            self.write(np.concatenate([sources, (mixture - sources.sum(0))[None]]))
