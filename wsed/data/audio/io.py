"""Audio files in and out."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from torch import Tensor

from wsed.errors import UserError

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".mp3"})


def read_audio(path: Path, sample_rate: int) -> Tensor:
    """Reads a file as mono at `sample_rate`.

    Args:
        path: WAV, FLAC, OGG or MP3, at any rate and channel count.
        sample_rate: Hz.

    Returns:
        `(samples,)` float32; the mean of the channels.

    Raises:
        UserError: a file that is missing, empty, truncated, not audio or not finite.
    """
    cure = "replace the file or remove it"
    try:
        with soundfile.SoundFile(path) as file:
            samples = file.read(dtype="float32", always_2d=True)
            rate, promised = file.samplerate, file.frames
    except (soundfile.LibsndfileError, OSError) as error:
        raise UserError(f"{path}: {_what_is_wrong(path)}; {cure}") from error
    if len(samples) < promised or _ends_early(path):
        raise UserError(f"{path}: is truncated; {cure}")
    if not len(samples):
        raise UserError(f"{path}: holds no samples; {cure}")
    if not np.isfinite(samples).all():
        raise UserError(f"{path}: holds samples that are not finite; re-export the file or remove it")
    mono = samples.mean(1)
    if rate != sample_rate:
        mono = soxr.resample(mono, rate, sample_rate, quality="HQ")
    return torch.from_numpy(np.ascontiguousarray(mono, dtype=np.float32))


def _what_is_wrong(path: Path) -> str:
    """With a file that libsndfile refuses."""
    if not path.exists():
        return "does not exist"
    if not path.stat().st_size:
        return "is empty"
    starts_well = path.is_file() and path.read_bytes()[:4] in (b"RIFF", b"OggS", b"fLaC")
    return "is truncated or damaged" if starts_well else "is not audio"


def _ends_early(path: Path) -> bool:
    """Whether a WAV or OGG file lacks its end, which libsndfile passes over in silence."""
    data = path.read_bytes()
    if data[:4] == b"RIFF":
        size = int.from_bytes(data[4:8], "little")
        # Programs that write to a pipe leave one of these two in place of the size.
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
    """Writes `(samples,)` float32; `.wav` keeps every bit, `.flac` has 16 bits and clips at full scale.

    The file appears whole or not at all.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}")
    subtype = "FLOAT" if path.suffix == ".wav" else "PCM_16"
    soundfile.write(partial, samples.cpu().numpy(), sample_rate, subtype=subtype, format=path.suffix[1:].upper())
    partial.replace(path)


def active_part(samples: Tensor, sample_rate: int, threshold: float, pause: float) -> Tensor:
    """Cuts the silence off an event: both ends, and what is too long of the pauses in it.

    A frame of 20 ms is active when its RMS is within `threshold` of the loudest frame's. Of a pause that is too long
    the middle is cut out, so that decays before it and onsets after it stay.

    Args:
        samples: `(samples,)`.
        sample_rate: Hz.
        threshold: dB, negative.
        pause: seconds without an active frame that the event keeps at most; with infinity only the two ends are cut.

    Returns:
        `(samples,)`; all of a silent sound.
    """
    seconds = 0.02
    frame = round(seconds * sample_rate)
    # Not in PyTorch, whose threads take longer to start than this takes.
    padded = np.pad(samples.numpy().astype(np.float64), (0, -len(samples) % frame))
    power = np.square(padded.reshape(-1, frame)).mean(1)
    active = np.flatnonzero(power >= power.max() * 10 ** (threshold / 10))
    place = np.arange(active[0], active[-1] + 1)
    since = place - active[np.searchsorted(active, place, side="right") - 1]
    until = active[np.searchsorted(active, place)] - place
    # Frames of a pause that are kept; 0.3 / 0.02 is a little less than 15.
    most = int(min(pause / seconds + 1e-6, len(power)))
    kept = place[(since <= most - most // 2) | (until <= most // 2)]
    chosen = np.zeros(len(power), dtype=bool)
    chosen[kept] = True
    return samples[torch.from_numpy(np.repeat(chosen, frame)[: len(samples)])]
