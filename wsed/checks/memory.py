"""The memory of the machine, against which needs are compared before anything is allocated."""

import os
from functools import cache
from pathlib import Path

from wsed.errors import UserError

CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")
"""Limit of a container, in bytes or `max`."""


@cache
def machine_memory() -> int:
    """Bytes of memory that this machine or container has."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(whole, int(CONTROL_GROUP.read_text()))
    except (OSError, ValueError):
        return whole


def check_memory(needed: float, what: str, cure: str, available: int | None = None) -> None:
    """Checks that something fits into memory.

    Args:
        needed: bytes.
        what: what needs them, for the message.
        cure: what to change, for the message.
        available: bytes that there are; None for the memory of the machine.

    Raises:
        UserError: it does not fit; the message has both figures.
    """
    limit = machine_memory() if available is None else available
    if needed > limit:
        raise UserError(f"{what} needs about {_in_gigabytes(needed)}, and there are {_in_gigabytes(limit)}; {cure}")


def _in_gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size < 1e13 else f"{size / 1e9:.0e} GB"
