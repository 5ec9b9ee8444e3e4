"""The file of a lease: whose it is, and whether that process is alive."""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from wsed.checks.files import open_regular
from wsed.errors import UserError
from wsed.runs import process

SECONDS = 60.0
"""Seconds without a sign of life after which a lease has ended.

Six beats. A network file system may answer late: clients keep the age of a file for up to 60 s, unless they open it,
as is done here; a server that starts again, or a busy one, may delay a beat by tens of seconds. A lease that ends
while its process is alive costs a run, one that ends late costs a wait, so this is not shorter.
"""

SIZE = 1024
"""Bytes of the file. It never grows, so that a lease can be taken over on a full disk."""


def is_held(path: Path, seconds: float = SECONDS) -> bool:
    """Whether a process holds the lease at a path.

    Raises:
        UserError: the file is no lease.
    """
    found = read_lease(path)
    return found is not None and found.holds(path, seconds)


class LeaseFile(NamedTuple):
    """A lease as it was read.

    Attributes:
        content: the bytes of the file.
        process: its holder; empty for one that has just been created.
        touched: time of the last sign of life, in seconds.
    """

    content: bytes
    process: dict[str, Any]
    touched: float

    def holds(self, path: Path, seconds: float) -> bool:
        alive = process.is_alive(self.process)
        # Nothing touches a file in the future; a copy of a folder may have such a time.
        return abs(self.age(path)) <= seconds if alive is None else alive

    def age(self, path: Path) -> float:
        """Seconds since the last sign of life, by the clock of the file system."""
        try:
            with tempfile.NamedTemporaryFile(prefix=f"{path.name}-", dir=path.parent) as probe:
                os.utime(probe.fileno())
                now = os.fstat(probe.fileno()).st_mtime
        except OSError:
            # Somebody who may not write here can still be told about it.
            now = time.time()
        return now - self.touched


def read_lease(path: Path) -> LeaseFile | None:
    """The lease at a path; None if there is none.

    Raises:
        UserError: the file is no lease.
    """
    try:
        with open_regular(path, follow_links=False) as file:
            content, touched = file.read(SIZE + 1), os.fstat(file.fileno()).st_mtime
    except UserError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise
    try:
        values = json.loads(content) if content else {}
    except ValueError:
        values = None
    if not isinstance(values, dict) or (values and "token" not in values) or len(content) > SIZE:
        raise UserError(f"{path}: is not the lease of a process; remove it")
    return LeaseFile(content, values, touched)


def is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
