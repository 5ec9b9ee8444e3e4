"""Runs NumPy code in threads, which compute at the same time because NumPy and SciPy let go of the interpreter."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

In = TypeVar("In")
Out = TypeVar("Out")

MOST = 4
"""Each needs hundreds of megabytes for ten thousand clips."""


def in_threads(function: Callable[[In], Out], items: Iterable[In]) -> list[Out]:
    """The results for some items, in their order; as many threads as PyTorch has, at most four.

    Args:
        function: gives the result for one item; it must not change what others read.
        items: such as classes.
    """
    with ThreadPoolExecutor(min(torch.get_num_threads(), MOST)) as pool:
        return list(pool.map(function, items))
