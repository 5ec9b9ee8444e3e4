"""Cache of decoded recordings, stored on disk and mapped into memory."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile
import soxr
import torch
from filelock import FileLock
from numpy.typing import NDArray
from rich.progress import Progress, TaskID
from torch import Tensor

from wsed.atomic import atomic_write, write_text
from wsed.checks.ranges import CacheFolder, SampleRate
from wsed.data.audio.fingerprints import Fingerprints
from wsed.data.audio.io import read_audio
from wsed.errors import UserError

FORMAT = 1
"""Version of the file format; the cache ignores files of other versions."""

PACK = 256
"""Number of recordings per file of the cache, and so the largest number that is lost if a process is killed."""


@dataclass(frozen=True)
class Location:
    """Location of a recording in the cache.

    Attributes:
        path: path of the file.
        offset: first byte of the recording.
        samples: number of samples.
        is_int16: whether the samples are int16, otherwise float32.
    """

    path: Path
    offset: int
    samples: int
    is_int16: bool

    def extract(self, mapped: NDArray[np.uint8]) -> Tensor:
        """The recording `(samples,)` int16 or float32, without a copy, from the mapped file."""
        dtype = np.dtype(np.int16 if self.is_int16 else np.float32)
        return torch.from_numpy(mapped[self.offset : self.offset + self.samples * dtype.itemsize].view(dtype))


class AudioCache:
    """Reads recordings as mono at one sample rate; decodes and resamples each only once for all runs.

    A recording is identified by its content, so that a moved or renamed file is found again. If the path, the size and
    the modification time of a file are known, the file is not read at all. Each file of the cache has up to 256
    recordings. Samples are stored in 16 bits if that is exact, otherwise as float32. Files are written atomically, the
    samples before their index, so that a killed process leaves only complete files. A lock lets one process write at a
    time; the others wait and then find the result.

    Args:
        folder: folder of the cache; None decodes the recordings every time.
        sample_rate: Hz; recordings are resampled to it.
        on_error: what to do if recordings cannot be used: `refuse` raises, `skip` leaves them out.

    Attributes:
        decoded: the number of recordings that this object decoded.
        skipped: by path, why a recording was left out.
    """

    def __init__(self, folder: CacheFolder, sample_rate: SampleRate, on_error: Literal["refuse", "skip"]) -> None:
        libraries = f"{soundfile.__libsndfile_version__} {soxr.__version__}"
        name = f"{sample_rate}-{FORMAT}-{hashlib.blake2b(libraries.encode(), digest_size=4).hexdigest()}"
        self.folder = None if folder is None else Path(folder).expanduser() / name
        self.sample_rate = sample_rate
        self.on_error = on_error
        self.decoded = 0
        self.skipped: dict[str, str] = {}

    def read(self, paths: Sequence[Path], title: str, refuse_silent: bool = False) -> list[Tensor | None]:
        """The samples of every file.

        Args:
            paths: paths of the recordings; duplicates are allowed.
            title: name of the recordings, for the progress bar.
            refuse_silent: whether a recording of zeros counts as one that cannot be used.

        Returns:
            For each path `(samples,)` float32 or int16 (see `as_float`), mapped from the cache if there is one; None
            for a recording that cannot be used, which is added to `skipped`.

        Raises:
            UserError: recordings cannot be used, and `on_error` is `refuse`.
        """
        read = self._read_uncached if self.folder is None else self._read_cached
        with Progress(transient=True) as progress:
            found = read(paths, progress, title)
        if refuse_silent:
            silent = [path for path, samples in found.items() if isinstance(samples, Tensor) and not samples.any()]
            found |= dict.fromkeys(silent, "is silent")
        self._report_errors({path: text for path, text in found.items() if isinstance(text, str)})
        return [None if isinstance(samples := found[path], str) else samples for path in paths]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return 0 if self.folder is None else sum(path.stat().st_size for path in self.folder.glob("*"))

    def _report_errors(self, errors: Mapping[Path, str]) -> None:
        """Raises for recordings that cannot be used, or notes them in `skipped`."""
        texts = {str(path): text.removeprefix(f"{path}: ").split(";")[0] for path, text in errors.items()}
        if texts and self.on_error == "refuse":
            path, text = next(iter(texts.items()))
            more = f", and {len(texts) - 1} more cannot be used; `wsed data check` names them" if len(texts) > 1 else ""
            raise UserError(f"{path}: {text}{more}; replace or remove the file, or leave it out by data.on_error=skip")
        self.skipped |= texts

    def _read_uncached(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, Tensor | str]:
        """The samples of each file, or the error."""
        steps = progress.track(_decode_all(paths, self.sample_rate), len(paths), description=f"Reading {title}")
        found = dict(steps)
        self.decoded += len(found)
        return found

    def _read_cached(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, Tensor | str]:
        """The samples of each file, or the error; recordings that the cache lacks are added to it."""
        assert self.folder is not None
        digests = Fingerprints(self.folder.parent).digests(paths, progress, title)
        known = self._index()
        errors: dict[Path, Tensor | str] = {}
        if not all(digest in known for digest in digests.values()):
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock"):
                errors |= self._add_missing(digests, progress, title)
                known = self._index()
        unread = [path for path, digest in digests.items() if digest not in known and path not in errors]
        errors |= _decode_all(unread, self.sample_rate)
        # Copy-on-write, because PyTorch has no read-only tensors. Each file is mapped once, because the number of maps
        # per process is limited.
        files = {known[digest].path for digest in digests.values() if digest in known}
        maps = {path: np.memmap(path, np.uint8, "c") for path in files}
        return {
            path: known[digest].extract(maps[known[digest].path]) if digest in known else errors[path]
            for path, digest in digests.items()
        }

    def _index(self) -> dict[str | None, Location]:
        """Every recording in complete files of the cache, by digest."""
        assert self.folder is not None
        found: dict[str | None, Location] = {}
        for path in self.folder.glob("*.json"):
            content = json.loads(path.read_text())
            samples = path.with_suffix(".samples")
            if samples.is_file() and samples.stat().st_size == content["bytes"]:
                found |= {digest: Location(samples, *entry) for digest, entry in content["entries"].items()}
        return found

    def _add_missing(self, digests: Mapping[Path, str | None], progress: Progress, title: str) -> dict[Path, str]:
        """Decodes the recordings that the cache lacks; the caller has the lock. Returns the errors."""
        # Read again, because another process may have added some before the lock was free.
        known = self._index()
        self._remove_leftovers(known)
        missing = list({digest: path for path, digest in digests.items() if digest and digest not in known}.items())
        task = progress.add_task(f"Reading {title}", total=len(missing))
        errors: dict[Path, str] = {}
        for start in range(0, len(missing), PACK):
            errors |= self._write(missing[start : start + PACK], progress, task)
        self.decoded += len(missing)
        return errors

    def _remove_leftovers(self, known: Mapping[str | None, Location]) -> None:
        """Removes the incomplete files of killed processes; the caller has the lock."""
        assert self.folder is not None
        complete = {location.path.stem for location in known.values()}
        for path in self.folder.glob("*"):
            if path.name != "lock" and path.stem not in complete:
                path.unlink()

    def _write(self, files: Sequence[tuple[str, Path]], progress: Progress, task: TaskID) -> dict[Path, str]:
        """Adds a file to the cache; returns the errors of recordings that are not in it."""
        assert self.folder is not None
        name = hashlib.blake2b("".join(digest for digest, _ in files).encode(), digest_size=8).hexdigest()
        target = self.folder / f"{name}.samples"
        entries: dict[str, tuple[int, int, bool]] = {}
        errors: dict[Path, str] = {}
        digests = {path: digest for digest, path in files}
        with atomic_write(target) as partial, partial.open("wb") as file:
            for path, samples in _decode_all([path for _, path in files], self.sample_rate):
                progress.advance(task)
                if isinstance(samples, str):
                    errors[path] = samples
                    continue
                stored, is_int16 = _compact(samples.numpy())
                entries[digests[path]] = (file.tell(), len(samples), is_int16)
                file.write(stored.tobytes())
                # Aligns every entry for float32.
                file.write(bytes(-file.tell() % 4))
        if not entries:
            target.unlink()
            return errors
        index = {"bytes": target.stat().st_size, "entries": entries}
        write_text(target.with_suffix(".json"), json.dumps(index))
        return errors


def as_float(samples: Tensor) -> Tensor:
    """Converts samples of the cache `(samples,)` to float32 in [-1, 1]."""
    return samples / 32768 if samples.dtype == torch.int16 else samples


def _decode_all(paths: Sequence[Path], sample_rate: int) -> Iterator[tuple[Path, Tensor | str]]:
    """The samples of each file, or the error."""

    def decode(path: Path) -> Tensor | str:
        try:
            return read_audio(path, sample_rate)
        except UserError as error:
            return str(error)

    with ThreadPoolExecutor() as pool:
        yield from zip(paths, pool.map(decode, paths), strict=True)


def _compact(samples: NDArray[np.float32]) -> tuple[NDArray[Any], bool]:
    """The samples as int16 if that is exact, otherwise unchanged; and whether it is exact."""
    scaled = samples * 32768
    short = np.clip(scaled, -32768, 32767).astype(np.int16)
    return (short, True) if np.array_equal(short, scaled) else (samples, False)
