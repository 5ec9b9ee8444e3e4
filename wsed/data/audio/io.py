"""Reading and writing audio files."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor

from wsed.atomic import atomic_write
from wsed.errors import UserError

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3"})


def read_audio(path: Path, sample_rate: int) -> Tensor:
    """Reads a file as mono, resampled to `sample_rate`.

    Args:
        path: a WAV, FLAC, OGG or MP3 file with any sample rate and number of channels.
        sample_rate: Hz.

    Returns:
        `(samples,)` float32; the mean of the channels.

    Raises:
        UserError: the file is missing, empty, truncated, not audio, or has samples that are not finite.
    """
    cure = "replace the file or remove it"
    try:
        with soundfile.SoundFile(path) as file:
            samples = file.read(dtype="float32", always_2d=True)
            rate, declared = file.samplerate, file.frames
    except (soundfile.LibsndfileError, OSError) as error:
        raise UserError(f"{path}: {_why_unreadable(path)}; {cure}") from error
    if len(samples) < declared or _is_truncated(path):
        raise UserError(f"{path}: is truncated; {cure}")
    if not len(samples):
        raise UserError(f"{path}: has no samples; {cure}")
    if not np.isfinite(samples).all():
        raise UserError(f"{path}: has samples that are not finite; re-export the file or remove it")
    mono = samples.mean(1)
    if rate != sample_rate:
        mono = soxr.resample(mono, rate, sample_rate, quality="HQ")
    return torch.from_numpy(np.ascontiguousarray(mono, dtype=np.float32))


def _why_unreadable(path: Path) -> str:
    """Why libsndfile cannot open a file."""
    if not path.exists():
        return "does not exist"
    if not path.stat().st_size:
        return "is empty"
    has_audio_header = path.is_file() and path.read_bytes()[:4] in (b"RIFF", b"OggS", b"fLaC")
    return "is truncated or damaged" if has_audio_header else "is not audio"


def _is_truncated(path: Path) -> bool:
    """Whether the end of a WAV or OGG file is missing, which libsndfile does not report."""
    data = path.read_bytes()
    if data[:4] == b"RIFF":
        size = int.from_bytes(data[4:8], "little")
        # Programs that write to a pipe do not know the size, and write one of these two values instead.
        return size not in (0, 0xFFFFFFFF) and len(data) < size
    if data[:4] == b"OggS":
        page = data[data.rfind(b"OggS") :]
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
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    subtype = "FLOAT" if path.suffix == ".wav" else "PCM_16"
    with atomic_write(path) as partial:
        soundfile.write(partial, samples.cpu().numpy(), sample_rate, subtype=subtype, format=path.suffix[1:].upper())
