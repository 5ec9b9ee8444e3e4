"""Times of functions, measured by turns, so that whatever else the machine does disturbs all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

ROUNDS = 3
"""How often each function is measured at least."""


def seconds(functions: Mapping[str, Callable[[], object]], budget: float, rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of a call of each function, after one call to warm up.

    Args:
        functions: by name.
        budget: seconds to spend on each of them, if that is more than the least number of calls.
        rounds: that number.
    """
    for function in functions.values():
        once(function)
    taken: dict[str, list[float]] = {name: [] for name in functions}
    while len(next(iter(taken.values()))) < rounds or sum(map(sum, taken.values())) < budget * len(functions):
        for name, function in functions.items():
            taken[name].append(once(function))
    return {name: statistics.median(each) for name, each in taken.items()}


def once(function: Callable[[], object]) -> float:
    """Seconds of one call, until the GPU has done all that it was asked for."""
    synchronize()
    started = time.perf_counter()
    function()
    synchronize()
    return time.perf_counter() - started


def synchronize() -> None:
    """Waits for the GPU, if there is one."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The exponent of a power law: the slope of the logarithm of the cost over that of the size.

    A cost that does not grow with the size, such as that of a call, makes it smaller.

    Args:
        sizes: at least two, above 0.
        costs: of each size, above 0.
    """
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def cost_exponent(make: Callable[[int], Callable[[], object]], sizes: Sequence[int], budget: float) -> float:
    """The measured exponent of the cost of a function.

    Args:
        make: gives the function for a size.
        sizes: at least two.
        budget: see `seconds`.
    """
    taken = seconds({str(size): make(size) for size in sizes}, budget)
    return exponent(sizes, list(taken.values()))
