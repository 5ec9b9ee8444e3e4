"""A spectrogram of a whole recording in a limited number of columns."""

import numpy as np
import torch
from numpy.typing import NDArray

from wsed.data.audio.streams import Samples
from wsed.features.mel_spectrogram import MelSpectrogram

COLUMNS = 2000
"""The picture of a recording has at most twice as many columns."""


class Overview:
    """Means of a log-mel spectrogram over equal stretches of time, which become longer as the recording goes on.

    Args:
        mel: the mel spectrogram.
        sample_rate: Hz.
    """

    def __init__(self, mel: MelSpectrogram, sample_rate: int) -> None:
        self.mel = mel
        self.sample_rate = sample_rate
        self._samples = torch.zeros(0)
        self._columns = np.zeros((0, mel.filters.shape[1]))
        self._frames = np.zeros((0, mel.filters.shape[1]))
        self._factor = 1

    def push(self, samples: Samples) -> None:
        """Adds the next samples, `(samples,)`."""
        hop, size = self.mel.stft.hop, self.mel.stft.window_size
        self._samples = torch.cat([self._samples, torch.from_numpy(samples)])
        count = (len(self._samples) - size) // hop + 1
        if count < 1:
            return
        with torch.inference_mode():
            frames = self.mel(self._samples[None, : (count - 1) * hop + size])[0].double().numpy()
        self._samples = self._samples[count * hop :]
        self._frames = np.concatenate([self._frames, frames])
        self._fill()
        while len(self._columns) >= 2 * COLUMNS:
            # A column without a neighbour becomes frames again.
            alone = self._columns[len(self._columns) // 2 * 2 :].repeat(self._factor, 0)
            self._frames = np.concatenate([alone, self._frames])
            self._columns = _means(self._columns, 2)
            self._factor *= 2
            self._fill()

    def image(self) -> NDArray[np.float64]:
        """The log-mel magnitudes, `(column, freq)`; without the last stretch if it is not full."""
        return self._columns

    @property
    def seconds(self) -> float:
        """The time that the image covers."""
        return len(self._columns) * self._factor * self.mel.stft.hop / self.sample_rate

    def _fill(self) -> None:
        full = len(self._frames) // self._factor
        self._columns = np.concatenate([self._columns, _means(self._frames, self._factor)])
        self._frames = self._frames[full * self._factor :]


def _means(rows: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Means of `count` rows each; what does not fill a stretch is left out."""
    full = len(rows) // count
    means: NDArray[np.float64] = rows[: full * count].reshape(full, count, rows.shape[1]).mean(1)
    return means
