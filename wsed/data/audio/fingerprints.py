"""Digests of file contents, so that a recording is recognised under any name and in any folder."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.progress import Progress

from wsed.atomic import write_text


class Fingerprints:
    """Digests of files, stored on disk by path, size and modification time.

    Args:
        folder: folder of the cache; the digests are stored in its subfolder `fingerprints/`, in one file per folder of
            recordings.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "fingerprints"

    def digests(self, paths: Sequence[Path], progress: Progress, title: str) -> dict[Path, str | None]:
        """The digest of each file. A file is read only if its size or modification time is new.

        Args:
            paths: the files; duplicates are allowed.
            progress: shows a bar while files are read.
            title: name of the files, for the bar.

        Returns:
            By path; None for a file that cannot be read.
        """
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
        """By file name: size in bytes, modification time in nanoseconds, and digest."""
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
