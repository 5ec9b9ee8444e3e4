"""The sources of one recording in audio files."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from wsed.data.audio.streams import SECONDS
from wsed.inference.model import REST

CONTAINER = {"format": "RF64", "subtype": "FLOAT"}
"""WAV with 32-bit floats; RF64 is the same beyond 4 GB, and plain WAV below."""


class SourceFiles:
    """Writes every class and the rest to a temporary folder; those that are wanted are kept at the end.

    Args:
        folder: where the temporary folder is made; files are moved within one file system.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz of the recording.
        channels: number of its channels.
    """

    def __init__(self, folder: Path, labels: Sequence[str], sample_rate: int, channels: int) -> None:
        self.labels = tuple(labels)
        self.sample_rate = sample_rate
        self.channels = channels
        self._folder = tempfile.TemporaryDirectory(prefix=".separating-", dir=folder)
        places = range(len(self.labels) + 1)
        self._paths = [Path(self._folder.name, f"{place}.wav") for place in places]
        self._files = [self._opened(path) for path in self._paths]

    def write(self, sources: NDArray[np.float32]) -> None:
        """Adds samples, `(class, channel, samples)`; the last class is the rest."""
        for file, source in zip(self._files, sources, strict=True):
            file.write(source.T)

    def keep(self, paths: dict[str, Path]) -> None:
        """Moves files to their places; what is not kept becomes part of the rest, so that the sum stays the recording.

        Args:
            paths: the path of each class that is wanted, and of the rest.
        """
        for file in self._files:
            file.close()
        dropped = [place for place, label in enumerate(self.labels) if label not in paths]
        rest = self._paths[-1] if not dropped else self._summed([*dropped, len(self.labels)])
        for label, path in paths.items():
            (rest if label == REST else self._paths[self.labels.index(label)]).replace(path)
        self._folder.cleanup()

    def discard(self) -> None:
        """Removes everything."""
        for file in self._files:
            file.close()
        self._folder.cleanup()

    def _summed(self, places: Sequence[int]) -> Path:
        """A file with the sum of some files."""
        path = Path(self._folder.name, "sum.wav")
        size = SECONDS * self.sample_rate
        blocks = [soundfile.blocks(self._paths[place], size, dtype="float32", always_2d=True) for place in places]
        with self._opened(path) as file:
            for parts in zip(*blocks, strict=True):
                file.write(sum(parts[1:], parts[0]))
        return path

    def _opened(self, path: Path) -> soundfile.SoundFile:
        return soundfile.SoundFile(path, "w", self.sample_rate, self.channels, **CONTAINER)
