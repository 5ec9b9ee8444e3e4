"""Recordings that are read in pieces, so that their length does not matter."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from wsed.checks.files import open_regular
from wsed.data.audio.ffmpeg import decoded, ffmpeg_format
from wsed.data.audio.io import CURE, RATES, UNKNOWN, check_samples, opened
from wsed.errors import UserError

Samples = NDArray[np.float32]

SECONDS = 10
"""Length of a piece in seconds."""

MOST_BYTES = 2**38
MOST_CHANNELS = 64

Channels = Literal["mean", "left", "right", "each"]
"""How the channels of a recording become mono: their mean, one of the first two, or one by one."""


@dataclass(frozen=True)
class AudioStream:
    """A recording that is read once, from its beginning to its end.

    Attributes:
        name: its name, for messages.
        sample_rate: Hz.
        channels: number of channels.
        seconds: its length; None if it is not known before the end.
        pieces: `(channel, samples)` float32 each.
    """

    name: str
    sample_rate: int
    channels: int
    seconds: float | None
    pieces: Iterator[Samples]


@contextmanager
def open_stream(path: Path) -> Iterator[AudioStream]:
    """Opens an audio file of any length.

    libsndfile reads WAV, FLAC, OGG, MP3, AIFF, CAF and others. M4A and what else lies in an MP4, Matroska, WebM or ASF
    file is decoded by an ffmpeg process.

    Raises:
        UserError: the file is missing, no regular file, or no audio. While it is read: the file is damaged, or has
            samples that are not finite.
    """
    with open_regular(path) as file:
        container = ffmpeg_format(file)
        if container is not None:
            with decoded(path, file, container, SECONDS) as audio:
                _check_header(path, audio.sample_rate, audio.channels)
                pieces = _checked(path, audio.pieces)
                yield AudioStream(path.name, audio.sample_rate, audio.channels, audio.seconds, pieces)
            return
    with opened(path, MOST_BYTES) as (sound, header):
        _check_header(path, header.sample_rate, header.channels)
        known = header.frames != UNKNOWN
        seconds = header.frames / header.sample_rate if known else None
        pieces = _checked(path, _pieces(path, sound, header.frames if known else None))
        yield AudioStream(path.name, header.sample_rate, header.channels, seconds, pieces)


def stream_of(samples: Samples, sample_rate: int, name: str = "audio") -> AudioStream:
    """A recording in memory.

    Args:
        samples: `(channel, samples)`.
        sample_rate: Hz.
        name: its name, for messages.
    """
    size = SECONDS * sample_rate
    pieces = (samples[:, start : start + size] for start in range(0, samples.shape[1], size))
    return AudioStream(name, sample_rate, len(samples), samples.shape[1] / sample_rate, pieces)


def pick_channels(samples: Samples, channels: Channels, name: str) -> Samples:
    """Mono signals from the channels of a recording.

    Args:
        samples: `(channel, samples)`.
        channels: see `Channels`.
        name: name of the recording, for messages.

    Returns:
        `(channel, samples)`, with one channel unless `channels` is `each`.

    Raises:
        UserError: there is no right channel.
    """
    if channels not in get_args(Channels):
        raise UserError(f"channels={channels}: is unknown; give one of {', '.join(get_args(Channels))}")
    if channels == "each":
        return samples
    if channels == "mean":
        mean: Samples = samples.mean(0, keepdims=True, dtype=np.float32)
        return mean
    if channels == "right" and len(samples) < 2:
        raise UserError(f"{name}: has one channel and no right one; use the mean or the left one")
    return samples[:1] if channels == "left" else samples[1:2]


class Resampler:
    """Resamples a recording piece by piece; the same as resampling it at once, with the quality of the audio cache.

    Args:
        before: Hz.
        after: Hz.
        channels: number of channels.
    """

    def __init__(self, before: int, after: int, channels: int) -> None:
        same = before == after
        self._stream = None if same else soxr.ResampleStream(before, after, channels, dtype="float32", quality="HQ")

    def push(self, samples: Samples, last: bool = False) -> Samples:
        """The samples that follow, `(channel, samples)`; those that depend on later ones come with the next piece.

        Args:
            samples: `(channel, samples)`; may have no samples.
            last: whether nothing follows.
        """
        if self._stream is None:
            return samples
        resampled = self._stream.resample_chunk(np.ascontiguousarray(samples.T), last=last)
        transposed: Samples = np.ascontiguousarray(resampled.T)
        return transposed


def _check_header(path: Path, sample_rate: int, channels: int) -> None:
    if sample_rate not in RATES:
        raise UserError(f"{path}: has a sample rate of {sample_rate} Hz; it must be {RATES[0]} to {RATES[-1]}")
    if not 1 <= channels <= MOST_CHANNELS:
        raise UserError(f"{path}: has {channels} channels; it must be 1 to {MOST_CHANNELS}")


def _checked(path: Path, pieces: Iterator[Samples]) -> Iterator[Samples]:
    """Pieces of `(samples, channel)` as `(channel, samples)`, each checked."""
    for samples in pieces:
        check_samples(path, samples)
        yield np.ascontiguousarray(samples.T)


def _pieces(path: Path, file: soundfile.SoundFile, frames: int | None) -> Iterator[Samples]:
    size = SECONDS * file.samplerate
    read = 0
    while True:
        try:
            samples = file.read(size, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise UserError(f"{path}: is truncated or damaged after {read / file.samplerate:.0f} s; {CURE}") from error
        if not len(samples):
            break
        read += len(samples)
        yield samples
    if frames is not None and read < frames:
        raise UserError(f"{path}: is truncated after {read / file.samplerate:.0f} s; {CURE}")
