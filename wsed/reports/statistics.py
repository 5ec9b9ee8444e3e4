"""Confidence intervals and tests over the seeds of a run."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Array = NDArray[np.float64]

SIGNIFICANT = 0.05
FEWEST_PAIRS = 3
"""Number of seeds that two systems must share for a test."""


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % confidence interval (Student's t), which is NaN for a single value."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, math.nan
    return mean, quantile(len(values)) * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def quantile(number: int) -> float:
    """Half the width of a 95 % confidence interval of the mean of `number` values, in standard errors (Student's t)."""
    return float(stdtrit(number - 1, 0.975))


def paired_p(differences: Array) -> float:
    """The p-value of a two-sided paired t-test.

    Args:
        differences: `(pair,)`, at least two.
    """
    error = np.std(differences, ddof=1) / math.sqrt(len(differences))
    if error == 0:
        return float(not differences.any())
    return float(2 * stdtr(len(differences) - 1, -abs(np.mean(differences)) / error))
