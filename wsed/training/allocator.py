"""The memory allocator of the process."""

import ctypes
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_MAX = -4


def keep_freed_memory() -> None:
    """Makes the C library keep freed memory for the next tensor instead of returning it to the system.

    A training step on a CPU frees and allocates the same hundreds of megabytes again and again. Each time the system
    would clear them page by page, which can take longer than the arithmetic. Has no effect without glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_MMAP_MAX, 0)
        # Never; the largest number would be 2 GiB, which large networks free at once.
        library.mallopt(M_TRIM_THRESHOLD, -1)
