"""Writing to the cache. A cache that cannot be written costs time, but no run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_reported: set[Path] = set()


@contextmanager
def storing(folder: Path) -> Iterator[None]:
    """Runs a block that writes to the cache, and goes on after an `OSError`, such as a full disk.

    The first error for a folder is printed in one line. The caller must be able to go on without what the block writes.

    Args:
        folder: folder of the cache, for the message.
    """
    try:
        yield
    except OSError as error:
        if folder not in _reported:
            _reported.add(folder)
            print(
                f"{folder}: cannot be written ({error.strerror or error}), and each run prepares its sounds again; "
                "set runtime.cache to another folder",
                file=sys.stderr,
            )
