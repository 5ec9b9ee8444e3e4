"""Imports of large packages, in less time."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_imports() -> Iterator[None]:
    """Keeps the garbage collector away from the imports in this block, and from what they load.

    Modules stay until the process ends, but Python would search all of PyTorch, Lightning and SciPy for garbage again
    and again while they load, and once more at the end of the process: two fifths of the time of a process that does
    little else.
    """
    known, enabled = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Only then, because what is frozen stays, whether it is garbage or not.
        if len(sys.modules) > known:
            gc.freeze()
        if enabled:
            gc.enable()
