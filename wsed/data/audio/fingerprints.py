"""Digests of file contents, so that a recording is recognised under any name and in any folder."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pydantic
from rich.progress import Progress

from wsed.checks.files import open_regular
from wsed.data.audio.checked_json import read_checked, write_checked
from wsed.data.audio.io import MOST_BYTES
from wsed.data.audio.storing import storing
from wsed.errors import UserError

Entries = dict[str, tuple[int, int, str]]
ENTRIES = pydantic.TypeAdapter(Entries)
"""By file name: size in bytes, modification time in nanoseconds, and digest."""


class Fingerprints:
    """Digests of files, stored on disk by path, size and modification time.

    Args:
        folder: folder of the cache; the digests are stored in its subfolder `fingerprints-2/`, in one file per folder
            of recordings. A file that is damaged is written again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "fingerprints-2"

    def digests(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, str | None]:
        """The digest of each file. A file is read only if its size or modification time is new.

        Args:
            paths: the files; duplicates are allowed.
            progress: shows a bar while files are read.
            title: name of the files, for the bar.

        Returns:
            By path; None for a file that cannot be read.
        """
        known = {folder: read_checked(self._path(folder), ENTRIES) or {} for folder in {path.parent for path in paths}}
        before = {folder: dict(entries) for folder, entries in known.items()}
        stats = {path: _stat(path) for path in paths}
        new = {
            path: stat for path, stat in stats.items() if stat and known[path.parent].get(path.name, (0,))[:2] != stat
        }
        if new:
            with ThreadPoolExecutor() as pool:
                digests = progress.track(pool.map(_digest, new), len(new), description=f"Looking at {title}")
                for (path, stat), digest in zip(new.items(), digests, strict=True):
                    if digest is None:
                        stats[path] = None
                    else:
                        known[path.parent][path.name] = (*stat, digest)
        with storing(self.folder.parent):
            for folder, entries in known.items():
                if entries != before[folder]:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    write_checked(self._path(folder), entries)
        return {path: known[path.parent][path.name][2] if stat else None for path, stat in stats.items()}

    def _path(self, folder: Path) -> Path:
        # Not `Path.resolve`, which raises if links form a loop.
        name = hashlib.blake2b(os.fsencode(os.path.realpath(folder)), digest_size=8).hexdigest()
        return self.folder / f"{name}.json"


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str | None:
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > MOST_BYTES:
                return None
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except (UserError, OSError):
        return None
