"""Reads a recording that was given to the page."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wsed.data.audio.streams import SECONDS, AudioStream, Samples, open_stream
from wsed.errors import UserError

MOST_SECONDS = 120
MOST_SAMPLES = 2**24
"""Samples over all channels: two minutes of 48 kHz in stereo, and some more."""

MOST_BYTES = 2**26
"""The largest file: as many samples in 32 bits."""


@dataclass(frozen=True)
class Recording:
    """A recording in memory.

    Attributes:
        name: the name of its file.
        samples: `(channel, samples)` float32.
        sample_rate: Hz.
    """

    name: str
    samples: Samples
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return float(self.samples.shape[1] / self.sample_rate)


def read_recording(path: Path) -> Recording:
    """Reads a whole recording.

    Raises:
        UserError: it cannot be read, or is too long. The message has the name of the file without its folder, which
            means nothing to whoever looks at the page.
    """
    try:
        with open_stream(path) as stream:
            return Recording(path.name, _samples(stream), stream.sample_rate)
    except UserError as error:
        raise UserError(str(error).replace(str(path), path.name)) from error


def _samples(stream: AudioStream) -> Samples:
    """All samples; what is too long is refused before it fills the memory."""
    a_second = stream.sample_rate * stream.channels
    most = min(MOST_SECONDS, MOST_SAMPLES / a_second)
    if most < SECONDS:
        raise UserError(
            f"{stream.name}: has {stream.channels} channels of {stream.sample_rate} Hz, more than the page takes; "
            "use wsed detect"
        )
    pieces, seconds = [], stream.seconds or 0.0
    for piece in stream.pieces if seconds <= most else ():
        pieces.append(piece)
        seconds = max(seconds, sum(each.shape[1] for each in pieces) / stream.sample_rate)
        if seconds > most:
            break
    if seconds > most:
        raise UserError(
            f"{stream.name}: is longer than {most:.0f} s, the most that the page takes; cut it, or use wsed detect"
        )
    return np.concatenate(pieces, 1)
