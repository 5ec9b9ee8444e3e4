"""Decoded recordings, kept on disk and mapped into memory."""

import hashlib
import json
import os
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

from wsed.atomic import write_text
from wsed.data.audio.io import read_audio
from wsed.errors import UserError

FORMAT = 1
"""Of the files; another number leaves what an earlier version wrote aside."""

PACK = 256
"""Recordings in a file of the cache, and so what a kill can cost at most."""


@dataclass(frozen=True)
class Place:
    """Where a recording lies in the cache, and whether it has 16 bits."""

    path: Path
    offset: int
    samples: int
    exact: bool

    def of(self, mapped: NDArray[np.uint8]) -> Tensor:
        """`(samples,)` int16 or float32, out of the mapped file."""
        dtype = np.dtype(np.int16 if self.exact else np.float32)
        return torch.from_numpy(mapped[self.offset : self.offset + self.samples * dtype.itemsize].view(dtype))


class AudioCache:
    """Reads recordings as mono at one rate; each is decoded and resampled once, whoever asks.

    A recording is known by its content: an entry is found again wherever its file lies and whatever it is called. A
    file whose path, size and time are known is not even read. Files of the cache hold up to 256 recordings; they are
    written under another name and renamed when they are whole, samples before index, so that a kill leaves them whole
    or out. One process writes at a time, and others wait and then find what it wrote. Samples are kept in 16 bits where
    that loses nothing, and otherwise in float32.

    Args:
        folder: of the cache; None decodes every time.
        sample_rate: Hz, resampled to.
        on_error: with recordings that cannot be used. `refuse`: none is used; `skip`: the others are.
    """

    def __init__(self, folder: str | None, sample_rate: int, on_error: Literal["refuse", "skip"]) -> None:
        libraries = f"{soundfile.__libsndfile_version__} {soxr.__version__}"
        name = f"{sample_rate}-{FORMAT}-{hashlib.blake2b(libraries.encode(), digest_size=4).hexdigest()}"
        self.folder = None if folder is None else Path(folder).expanduser() / name
        self.sample_rate = sample_rate
        self.on_error = on_error
        self.decoded = 0
        self.skipped: dict[str, str] = {}

    def read(self, paths: Sequence[Path], title: str, sounding: bool = False) -> list[Tensor | None]:
        """The samples of every file.

        Args:
            paths: of the recordings.
            title: of what is read, for the progress bar.
            sounding: a recording that is silent all through cannot be used.

        Returns:
            `(samples,)` float32 or int16 for each path, see `as_float`, mapped and not yet read where there is a cache;
            None for one that cannot be used, and is named in `skipped`.

        Raises:
            UserError: files that cannot be used, unless they are to be skipped.
        """
        with Progress(transient=True) as progress:
            found = self._decoded(paths, progress, title) if self.folder is None else self._kept(paths, progress, title)
        if sounding:
            silent = [path for path, samples in found.items() if isinstance(samples, Tensor) and not samples.any()]
            found |= dict.fromkeys(silent, "is silent")
        wrong = {path: text for path, text in found.items() if isinstance(text, str)}
        self._say_what_is_wrong(wrong)
        return [None if isinstance(samples := found[path], str) else samples for path in paths]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return 0 if self.folder is None else sum(path.stat().st_size for path in self.folder.glob("*"))

    def _say_what_is_wrong(self, wrong: Mapping[Path, str]) -> None:
        texts = {str(path): text.removeprefix(f"{path}: ").split(";")[0] for path, text in wrong.items()}
        if texts and self.on_error == "refuse":
            path, text = next(iter(texts.items()))
            more = f", and {len(texts) - 1} more cannot be used; `wsed data check` names them" if len(texts) > 1 else ""
            raise UserError(f"{path}: {text}{more}; replace or remove the file, or leave it out by data.on_error=skip")
        self.skipped |= texts

    def _decoded(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, Tensor | str]:
        """The samples of each file, or what is wrong with it, without a cache."""
        steps = progress.track(_decode_all(paths, self.sample_rate), len(paths), description=f"Reading {title}")
        found = dict(steps)
        self.decoded += len(found)
        return found

    def _kept(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, Tensor | str]:
        """The samples of each file, or what is wrong with it; what the cache lacks is added to it."""
        assert self.folder is not None
        digests = Fingerprints(self.folder.parent).of(paths, progress, title)
        known = self._index()
        wrong: dict[Path, Tensor | str] = {}
        if not all(digest in known for digest in digests.values()):
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / "lock"):
                known = self._index()
                self._remove_rests(known)
                missing = {digest: path for path, digest in digests.items() if digest and digest not in known}
                waiting = list(missing.items())
                task = progress.add_task(f"Reading {title}", total=len(waiting))
                for start in range(0, len(waiting), PACK):
                    wrong |= self._write(waiting[start : start + PACK], progress, task)
                self.decoded += len(waiting)
                known = self._index()
        unread = [path for path, digest in digests.items() if digest not in known and path not in wrong]
        wrong |= _decode_all(unread, self.sample_rate)
        # Copy-on-write, as PyTorch knows no memory that cannot be written; each file once, as maps are few.
        files = {known[digest].path for digest in digests.values() if digest in known}
        maps = {path: np.memmap(path, np.uint8, "c") for path in files}
        return {
            path: known[digest].of(maps[known[digest].path]) if digest in known else wrong[path]
            for path, digest in digests.items()
        }

    def _index(self) -> dict[str | None, Place]:
        """What the whole files of the cache hold."""
        assert self.folder is not None
        found: dict[str | None, Place] = {}
        for path in self.folder.glob("*.json"):
            content = json.loads(path.read_text())
            samples = path.with_suffix(".samples")
            if samples.is_file() and samples.stat().st_size == content["bytes"]:
                found |= {digest: Place(samples, *entry) for digest, entry in content["entries"].items()}
        return found

    def _remove_rests(self, known: dict[str | None, Place]) -> None:
        """Removes what killed processes left; called by the one process that may write."""
        assert self.folder is not None
        whole = {place.path.stem for place in known.values()}
        for path in self.folder.glob("*"):
            if path.name != "lock" and path.stem not in whole:
                path.unlink()

    def _write(self, files: Sequence[tuple[str, Path]], progress: Progress, task: TaskID) -> dict[Path, str]:
        """Adds a file to the cache; returns what is wrong with recordings that are not in it."""
        assert self.folder is not None
        name = hashlib.blake2b("".join(digest for digest, _ in files).encode(), digest_size=8).hexdigest()
        target = self.folder / f"{name}.samples"
        partial = self.folder / f".{name}.samples"
        entries: dict[str, tuple[int, int, bool]] = {}
        wrong: dict[Path, str] = {}
        digests = {path: digest for digest, path in files}
        with partial.open("wb") as file:
            for path, samples in _decode_all([path for _, path in files], self.sample_rate):
                progress.advance(task)
                if isinstance(samples, str):
                    wrong[path] = samples
                    continue
                stored, exact = _compact(samples.numpy())
                entries[digests[path]] = (file.tell(), len(samples), exact)
                file.write(stored.tobytes())
                # Every entry begins where float32 may.
                file.write(bytes(-file.tell() % 4))
            file.flush()
            os.fsync(file.fileno())
        size = partial.stat().st_size
        if not entries:
            partial.unlink()
            return wrong
        partial.replace(target)
        write_text(target.with_suffix(".json"), json.dumps({"bytes": size, "entries": entries}))
        return wrong


def as_float(samples: Tensor) -> Tensor:
    """Samples of the cache `(samples,)` as float32 in [-1, 1]."""
    return samples / 32768 if samples.dtype == torch.int16 else samples


class Fingerprints:
    """Digests of files by content, remembered by path, size and time of change.

    Args:
        folder: of the cache.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "fingerprints"

    def of(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, str | None]:
        """The digest of each file, None for one that cannot be read; a path may be there more than once."""
        folders = {path.parent for path in paths}
        known = {folder: self._read(folder) for folder in folders}
        before = {folder: dict(entries) for folder, entries in known.items()}
        stats = {path: _stat(path) for path in paths}
        new = [path for path, stat in stats.items() if stat and known[path.parent].get(path.name, [0])[:2] != stat]
        if new:
            with ThreadPoolExecutor() as pool:
                digests = progress.track(pool.map(_digest, new), len(new), description=f"Looking at {title}")
                for path, digest in zip(new, digests, strict=True):
                    known[path.parent][path.name] = [*(stats[path] or []), digest]
        for folder, entries in known.items():
            if entries != before[folder]:
                self._path(folder).parent.mkdir(parents=True, exist_ok=True)
                write_text(self._path(folder), json.dumps(entries))
        return {path: known[path.parent][path.name][2] if stat else None for path, stat in stats.items()}

    def _path(self, folder: Path) -> Path:
        name = hashlib.blake2b(str(folder.resolve()).encode(), digest_size=8).hexdigest()
        return self.folder / f"{name}.json"

    def _read(self, folder: Path) -> dict[str, list[Any]]:
        path = self._path(folder)
        return json.loads(path.read_text()) if path.is_file() else {}


def _stat(path: Path) -> list[int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _digest(path: Path) -> str | None:
    try:
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return None


def _decode_all(paths: Sequence[Path], sample_rate: int) -> Iterator[tuple[Path, Tensor | str]]:
    """The samples of each file, or what is wrong with it."""

    def decode(path: Path) -> Tensor | str:
        try:
            return read_audio(path, sample_rate)
        except UserError as error:
            return str(error)

    with ThreadPoolExecutor() as pool:
        yield from zip(paths, pool.map(decode, paths), strict=True)


def _compact(samples: NDArray[np.float32]) -> tuple[NDArray[Any], bool]:
    """The samples in 16 bits if that is exact, and whether it is."""
    scaled = samples * 32768
    short = np.clip(scaled, -32768, 32767).astype(np.int16)
    return (short, True) if np.array_equal(short, scaled) else (samples, False)
