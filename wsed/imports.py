"""Imports of large packages, in less time."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

LARGE = 100
"""Modules that a large package loads; PyTorch has a thousand."""


@contextmanager
def quick_imports() -> Iterator[None]:
    """Keeps the garbage collector away from the imports in this block, and from the large packages that they load.

    Modules stay until the process ends, but Python would search all of PyTorch, Lightning and SciPy for garbage again
    and again while they load, and once more at the end of the process: two fifths of the time of a process that does
    little else. A part of SciPy that nobody uses is not loaded either, see `_without_scipy_signal`.
    """
    known, enabled = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        with _without_scipy_signal():
            yield
    finally:
        # Only then, because what is frozen stays, whether it is garbage or not, such as an earlier run of this process.
        if len(sys.modules) >= known + LARGE:
            gc.freeze()
        if enabled:
            gc.enable()


@contextmanager
def _without_scipy_signal() -> Iterator[None]:
    """Lets torchmetrics, which Lightning loads, find a stand-in for `scipy.signal`.

    It imports that package, a sixth of the time to load Lightning, only to add `hamming` for a program that is not
    used here.
    """
    name = "scipy.signal"
    if name in sys.modules or "torchmetrics" in sys.modules:
        yield
        return
    sys.modules[name] = stand_in = _StandIn(name)
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


class _StandIn(ModuleType):
    """Stands for a module until anything else of it than `hamming` is used."""

    hamming = None

    def __getattr__(self, name: str) -> Any:
        # `inspect` asks every module for its file.
        if name == "__file__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)
