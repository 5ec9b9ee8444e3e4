"""How the process keeps memory on Linux."""

import ctypes
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4


def keep_freed_memory() -> None:
    """Tells the C library to keep freed memory for the next tensor rather than give it back to the system.

    A training step on a CPU frees and asks for the same hundreds of megabytes over and over; each time the system
    clears them page by page, which can take longer than the arithmetic. Does nothing without glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_MAX, 0)
        library.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
