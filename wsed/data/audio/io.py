"""Reading and writing audio files."""

import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray
from torch import Tensor

from wsed.atomic import atomic_write
from wsed.checks.files import open_regular
from wsed.errors import UserError

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3"})

MOST_BYTES = 2**32
"""The largest file that is read."""

MOST_SAMPLES = 2**29
"""The largest number of decoded samples of a file, over all channels, and of the same file after resampling."""

RATES = range(1000, 10**6 + 1)
"""Sample rates in Hz of files that are read."""

LOUDEST = 1e10
"""The largest magnitude of a sample. It is above that of floats in the range of 32-bit integers; the squares of much
larger numbers would overflow."""

UNKNOWN = 2**63 - 1
"""The number of frames that libsndfile reports for a FLAC file whose header does not have it."""

OGG_PAGE = 65307
"""Bytes of the largest page of an OGG file."""

CURE = "replace the file or remove it"


@dataclass(frozen=True)
class AudioHeader:
    """The header of an audio file.

    Attributes:
        sample_rate: Hz.
        channels: number of channels.
        frames: number of samples of each channel.
    """

    sample_rate: int
    channels: int
    frames: int


def read_header(path: Path) -> AudioHeader:
    """Reads the header of an audio file, which takes a tenth of a millisecond.

    Raises:
        UserError: the file is missing, not a regular file, empty or not audio, or is truncated or too large to be read.
    """
    with opened(path) as (_, header):
        return header


def read_audio(path: Path, sample_rate: int) -> Tensor:
    """Reads a file as mono, resampled to `sample_rate`.

    Args:
        path: a WAV, FLAC, OGG or MP3 file with any number of channels and a sample rate from 1 kHz to 1 MHz.
        sample_rate: Hz.

    Returns:
        `(samples,)` float32; the mean of the channels.

    Raises:
        UserError: an error of `read_header`, or the file is damaged, or has samples that are not finite or too loud.
    """
    with opened(path) as (file, header):
        _check_size(path, header, sample_rate)
        try:
            samples = file.read(header.frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise UserError(f"{path}: is truncated or damaged; {CURE}") from error
    if len(samples) < header.frames:
        raise UserError(f"{path}: is truncated; {CURE}")
    check_samples(path, samples)
    mono = samples.mean(1)
    if header.sample_rate != sample_rate:
        mono = soxr.resample(mono, header.sample_rate, sample_rate, quality="HQ")
    if not len(mono):
        raise UserError(f"{path}: has no samples at {sample_rate} Hz, only {header.frames} before; {CURE}")
    return torch.from_numpy(np.ascontiguousarray(mono, dtype=np.float32))


def check_samples(path: Path, samples: NDArray[np.float32]) -> None:
    """Checks that samples are numbers of an audio file.

    Args:
        path: the file, for messages.
        samples: at least one.

    Raises:
        UserError: they are not finite, or too loud.
    """
    loudest = max(-float(samples.min()), float(samples.max()))
    if not np.isfinite(loudest):
        raise UserError(f"{path}: has samples that are not finite; re-export the file or remove it")
    if loudest > LOUDEST:
        raise UserError(f"{path}: has samples up to {loudest:g}; scale them to [-1, 1] or remove the file")


@contextmanager
def opened(path: Path, most_bytes: int = MOST_BYTES) -> Iterator[tuple[soundfile.SoundFile, AudioHeader]]:
    """Opens an audio file; libsndfile gets the open file, so that it cannot be exchanged after the check.

    Args:
        path: the file.
        most_bytes: the largest size in bytes.

    Yields:
        The open file and its header.

    Raises:
        UserError: see `read_header`.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise UserError(f"{path}: is empty; {CURE}")
        if size > most_bytes:
            raise UserError(f"{path}: has {size / 2**30:.1f} GB, more than {most_bytes / 2**30:g} GB; cut it in pieces")
        start = os.pread(file.fileno(), 28, 0)
        try:
            sound = soundfile.SoundFile(file.fileno(), closefd=False)
        except (soundfile.LibsndfileError, OSError) as error:
            known = start[:4] in (b"RIFF", b"RF64", b"OggS", b"fLaC")
            raise UserError(f"{path}: is {'truncated or damaged' if known else 'not audio'}; {CURE}") from error
        with sound:
            header = AudioHeader(sound.samplerate, sound.channels, sound.frames)
            if _is_truncated(file.fileno(), start, size):
                raise UserError(f"{path}: is truncated; {CURE}")
            if header.frames <= 0:
                raise UserError(f"{path}: has no samples; {CURE}")
            yield sound, header


def _check_size(path: Path, header: AudioHeader, sample_rate: int) -> None:
    """Refuses a file whose header has a size that cannot be right, before memory is allocated for it."""
    if header.frames == UNKNOWN:
        raise UserError(f"{path}: does not have its length in the header; convert it again, not through a pipe")
    if header.sample_rate not in RATES:
        raise UserError(f"{path}: has a sample rate of {header.sample_rate} Hz; it must be {RATES[0]} to {RATES[-1]}")
    size = header.frames * max(header.channels, sample_rate / header.sample_rate)
    if size > MOST_SAMPLES:
        raise UserError(
            f"{path}: has {header.frames} samples in {header.channels} channels, {size * 4 / 2**30:.3g} GB of memory, "
            f"more than {MOST_SAMPLES * 4 / 2**30:g} GB; cut it in pieces"
        )


def _is_truncated(descriptor: int, start: bytes, size: int) -> bool:
    """Whether the end of a WAV or OGG file is missing, which libsndfile does not report.

    Args:
        descriptor: of the open file.
        start: the first 28 bytes.
        size: bytes of the file.
    """
    if start[:4] == b"RIFF":
        declared = int.from_bytes(start[4:8], "little")
        # Programs that write to a pipe do not know the size, and write one of these two values instead.
        return declared not in (0, 0xFFFFFFFF) and size < declared
    if start[:4] == b"RF64" and start[12:16] == b"ds64":
        return size < int.from_bytes(start[20:28], "little")
    if start[:4] == b"OggS":
        end = os.pread(descriptor, 2 * OGG_PAGE, max(0, size - 2 * OGG_PAGE))
        page = end[max(0, end.rfind(b"OggS")) :]
        if len(page) < 27:
            return True
        length = 27 + page[26] + sum(page[27 : 27 + page[26]])
        is_last = page[5] & 4
        return not is_last or len(page) < length
    return False


def write_audio(path: Path, samples: Tensor, sample_rate: int) -> None:
    """Writes an audio file atomically, and creates its folder if needed.

    Args:
        path: `.wav` stores 32-bit floats exactly; `.flac` stores 16 bits and clips at full scale.
        samples: `(samples,)` float32.
        sample_rate: Hz.

    Raises:
        OSError: the file cannot be written, for example because the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    subtype = "FLOAT" if path.suffix == ".wav" else "PCM_16"
    # Encoded in memory, because libsndfile does not say why it cannot write to a disk.
    encoded = io.BytesIO()
    container = path.suffix[1:].upper()
    # In a thread, because an interrupt reaches the main thread alone. In soundfile's callbacks it prints a traceback.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(
            soundfile.write, encoded, samples.cpu().numpy(), sample_rate, subtype=subtype, format=container
        ).result()
    with atomic_write(path) as partial:
        partial.write_bytes(encoded.getbuffer())
