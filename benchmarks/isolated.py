"""Functions in a fresh process, whose memory and threads are its own."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import ForkServerContext
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def context() -> ForkServerContext:
    """Starts processes that have imported wsed and nothing else has happened in, in a fraction of a second."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["benchmarks.systems", "wsed.training.run"])
    return found


def isolated(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function in a process of its own."""
    with ProcessPoolExecutor(1, context()) as pool:
        return pool.submit(function, *args, **kwargs).result()
