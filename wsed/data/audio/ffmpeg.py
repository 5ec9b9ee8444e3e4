"""Recordings that libsndfile cannot read, such as M4A: decoded by an ffmpeg process, piece by piece."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wsed.checks.names import shortened
from wsed.data.audio.io import CURE
from wsed.errors import UserError

SUFFIXES = frozenset([".m4a", ".mp4", ".aac", ".wma", ".webm", ".mka"])
"""Suffixes of recordings in these formats. The format is told from the content."""

STARTS = ((4, b"ftyp", "mov"), (0, b"\x1a\x45\xdf\xa3", "matroska"), (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"))
"""Where a file has which bytes, and the name of its format for ffmpeg. None of them is a playlist."""

MOST_MESSAGES = 2**16
"""Bytes of the messages of ffmpeg that are read."""

MOST_ALLOCATED = 2**28
"""Bytes that ffmpeg allocates at once, at most."""

SECONDS_SHORT = 1.0
"""A recording may be shorter than its header says by this much, as encoders round to blocks and add silence."""


@dataclass(frozen=True)
class Decoded:
    """A recording while ffmpeg decodes it.

    Attributes:
        sample_rate: Hz.
        channels: number of channels.
        seconds: its length by the header; None if it has none.
        pieces: `(samples, channel)` float32 each.
    """

    sample_rate: int
    channels: int
    seconds: float | None
    pieces: Iterator[NDArray[np.float32]]


def ffmpeg_format(file: BufferedReader) -> str | None:
    """The name for ffmpeg of the format of an open file, if it is one of those that are left to ffmpeg."""
    start = os.pread(file.fileno(), 16, 0)
    # A frame of AAC without a container (ADTS): 12 bits of 1, then layer 0, which MP3 does not have.
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0:
        return "aac"
    return next((name for place, mark, name in STARTS if start[place : place + len(mark)] == mark), None)


@contextmanager
def decoded(path: Path, file: BufferedReader, container: str, seconds: int) -> Iterator[Decoded]:
    """Decodes the first audio stream of an open file; ffmpeg opens nothing besides it.

    Args:
        path: its path, for messages.
        file: the open file.
        container: its format, see `ffmpeg_format`.
        seconds: length of a piece.

    Raises:
        UserError: ffmpeg is missing, or finds no audio. While it is read: the file is damaged.
    """
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        raise UserError(
            f"{path}: needs ffmpeg and ffprobe, which are not installed; install them, or convert it to FLAC"
        )
    rate, channels, length = _probe(path, file, container)
    words = ["ffmpeg", "-nostdin", "-xerror", *_source(file, container), "-map", "0:a:0", "-f", "f32le", "-"]
    with (
        tempfile.TemporaryFile() as messages,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=messages, pass_fds=[file.fileno()]) as process,
    ):
        try:
            yield Decoded(
                rate, channels, length, _pieces(path, process, messages.fileno(), rate, channels, length, seconds)
            )
        finally:
            process.kill()


def _source(file: BufferedReader, container: str) -> list[str]:
    """The input for ffmpeg: this one open file, as this one format."""
    return [
        *(
            "-v",
            "error",
            "-max_alloc",
            str(MOST_ALLOCATED),
            "-protocol_whitelist",
            "file",
            "-format_whitelist",
            container,
            "-f",
            container,
        ),
        *("-i", f"file:/dev/fd/{file.fileno()}"),
    ]


def _probe(path: Path, file: BufferedReader, container: str) -> tuple[int, int, float | None]:
    """The sample rate, the number of channels and the length in seconds, if it is known."""
    shown = ["-select_streams", "a:0", "-show_entries", "stream=sample_rate,channels,duration:format=duration"]
    words = ["ffprobe", *_source(file, container), *shown, "-of", "json"]
    done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, pass_fds=[file.fileno()])
    if done.returncode:
        raise UserError(f"{path}: {_complaint(done.stderr)}; {CURE}")
    found = json.loads(done.stdout)
    if not found.get("streams"):
        raise UserError(f"{path}: has no audio; {CURE}")
    stream = found["streams"][0]
    length = found["format"].get("duration", stream.get("duration"))
    # The length of raw AAC is only guessed, from its first frames.
    known = length is not None and container != "aac"
    return int(stream.get("sample_rate", 0)), int(stream.get("channels", 0)), float(length) if known else None


def _pieces(
    path: Path,
    process: "subprocess.Popen[bytes]",
    messages: int,
    rate: int,
    channels: int,
    length: float | None,
    seconds: int,
) -> Iterator[NDArray[np.float32]]:
    assert process.stdout is not None
    read = 0
    while block := process.stdout.read(seconds * rate * channels * 4):
        count = len(block) // (4 * channels)
        if count:
            yield np.frombuffer(block, np.float32, count * channels).reshape(-1, channels)
        read += count
    if process.wait():
        raise UserError(
            f"{path}: is damaged after {read / rate:.0f} s; {_complaint(os.pread(messages, MOST_MESSAGES, 0))}; {CURE}"
        )
    if not read:
        raise UserError(f"{path}: has no samples; {CURE}")
    if length is not None and read / rate < length - SECONDS_SHORT:
        raise UserError(f"{path}: is truncated after {read / rate:.0f} s of {length:.0f} s; {CURE}")


def _complaint(messages: bytes) -> str:
    """The first line that ffmpeg printed, without the place in its memory that it begins with."""
    lines = messages.decode(errors="replace").strip().splitlines()
    first = lines[0] if lines else "no reason given"
    return f"ffmpeg says {shortened(first.rpartition('] ')[2])!r}"
