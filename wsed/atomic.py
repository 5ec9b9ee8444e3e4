"""Atomic writes: files and folders that appear complete or not at all, even after a kill or on a full disk."""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path`; the file written there replaces `path` when the block ends.

    If the block raises, the temporary file is removed and `path` stays as it was.

    Args:
        path: the file to create or replace; its folder must exist.

    Yields:
        The temporary path to write to.
    """
    partial = _partial(path)
    # A link of somebody else at this name would lead the write to another file.
    partial.unlink(missing_ok=True)
    try:
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        # The error of a full disk names no file.
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Creates a temporary folder beside `path`, which is renamed to `path` when the block ends.

    If the block raises, the temporary folder and the parents that were created for it are removed.

    Args:
        path: the folder to create. It must not exist; missing parents are created.

    Yields:
        The temporary folder to fill.

    Raises:
        OSError: `path` exists and is not an empty folder.
    """
    partial = _partial(path)
    created = [parent for parent in path.parents if not parent.exists()]
    try:
        partial.mkdir(parents=True)
        yield partial
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for parent in created:
            # Only an empty folder is removed, so `path` itself keeps its parents.
            with suppress(OSError):
                parent.rmdir()


def write_text(path: Path, text: str) -> None:
    """Writes a text file in UTF-8 atomically."""
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8")


def remove_partials(path: Path) -> None:
    """Removes what processes that were killed have left of atomic writes to a file; nobody may be writing it."""
    for partial in path.parent.glob(f".{glob.escape(path.name)}.*"):
        if partial.suffix[1:].isdecimal():
            partial.unlink()


def _partial(path: Path) -> Path:
    """A hidden name in the same folder, since only renames within one file system are atomic."""
    return path.with_name(f".{path.name}.{os.getpid()}")
