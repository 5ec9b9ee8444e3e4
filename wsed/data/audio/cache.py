"""Cache of decoded recordings, stored on disk and mapped into memory."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
import soxr
import torch
from filelock import FileLock
from numpy.typing import NDArray
from rich.progress import Progress
from torch import Tensor

from wsed.checks.names import is_writable
from wsed.checks.ranges import CacheFolder, SampleRate
from wsed.data.audio.fingerprints import Fingerprints
from wsed.data.audio.io import read_audio
from wsed.data.audio.packs import Packs
from wsed.data.audio.storing import storing
from wsed.errors import UserError

FORMAT = 2
"""Version of the files; each version has a folder of its own."""

PACK = 256
"""Number of recordings per file of the cache, and so the largest number that is lost if a process is killed."""


class AudioCache:
    """Reads recordings as mono at one sample rate; decodes and resamples each only once for all runs.

    A recording is identified by its content, so that a moved or renamed file is found again. If the path, the size and
    the modification time of a file are known, the file is not read at all. Each file of the cache has up to 256
    recordings. Samples are stored in 16 bits if that is exact, otherwise as float32. A lock lets one process write at a
    time; the others wait and then find the result. A recording that is damaged in the cache is decoded again. If the
    cache cannot be written, recordings are decoded without it.

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
            For each path `(samples,)` float32 or int16 (see `as_float`), mapped from the cache if possible; None for a
            recording that cannot be used, which is added to `skipped`.

        Raises:
            UserError: recordings cannot be used, and `on_error` is `refuse`.
        """
        read = self._read_uncached if self.folder is None else self._read_cached
        readable = [path for path in paths if is_writable(path.name)]
        found: dict[Path, Tensor | str] = dict.fromkeys(paths, "has a name that is not text in UTF-8; rename the file")
        with Progress(transient=True) as progress:
            found |= read(readable, progress, title)
        if refuse_silent:
            silent = [path for path, samples in found.items() if isinstance(samples, Tensor) and not samples.any()]
            found |= dict.fromkeys(silent, "is silent")
        self._report_errors({path: text for path, text in found.items() if isinstance(text, str)})
        return [None if isinstance(samples := found[path], str) else samples for path in paths]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return 0 if self.folder is None else Packs(self.folder).size

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
        return dict(progress.track(self._decode(paths), len(paths), description=f"Reading {title}"))

    def _read_cached(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, Tensor | str]:
        """The samples of each file, or the error; recordings that the cache lacks are added to it."""
        assert self.folder is not None
        packs = Packs(self.folder)
        digests = Fingerprints(self.folder.parent).digests(paths, progress, title)
        known = {digest for digest in digests.values() if digest}
        errors: dict[Path, Tensor | str] = {}
        stored = packs.open(known)
        if len(stored) < len(known):
            with storing(self.folder.parent):
                self.folder.mkdir(parents=True, exist_ok=True)
                with FileLock(self.folder / "lock"):
                    # Another process may have added some before the lock was free.
                    packs.clean(known)
                    stored = packs.open(known)
                    missing = {digest: path for path, digest in digests.items() if digest and digest not in stored}
                    errors = self._add(packs, missing, progress, title)
            stored = packs.open(known)
        unread = [path for path, digest in digests.items() if digest not in stored and path not in errors]
        errors |= self._decode(unread)
        return {path: stored[digest] if digest in stored else errors[path] for path, digest in digests.items()}

    def _add(
        self, packs: Packs, missing: Mapping[str, Path], progress: Progress, title: str
    ) -> dict[Path, Tensor | str]:
        """Decodes recordings and adds them to the cache; the caller has the lock. Returns the errors."""
        task = progress.add_task(f"Reading {title}", total=len(missing))
        errors: dict[Path, Tensor | str] = {}

        def decoded(digests: Sequence[str]) -> Iterator[tuple[str, NDArray[np.float32]]]:
            results = self._decode([missing[digest] for digest in digests])
            for digest, (path, samples) in zip(digests, results, strict=True):
                progress.advance(task)
                if isinstance(samples, str):
                    errors[path] = samples
                else:
                    yield digest, samples.numpy()

        every = list(missing)
        for start in range(0, len(every), PACK):
            digests = every[start : start + PACK]
            packs.write(digests, decoded(digests))
        return errors

    def _decode(self, paths: Sequence[Path]) -> Iterator[tuple[Path, Tensor | str]]:
        """The samples of each file, or the error."""

        def decode(path: Path) -> Tensor | str:
            try:
                return read_audio(path, self.sample_rate)
            except UserError as error:
                return str(error)

        with ThreadPoolExecutor() as pool:
            for path, samples in zip(paths, pool.map(decode, paths), strict=True):
                self.decoded += isinstance(samples, Tensor)
                yield path, samples


def as_float(samples: Tensor) -> Tensor:
    """Converts samples of the cache `(samples,)` to float32 in [-1, 1]."""
    return samples / 32768 if samples.dtype == torch.int16 else samples
