"""Intervals and tests over seeds, against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from wsed.reports.statistics import interval, paired_p


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_the_interval_is_students(values: list[float]) -> None:
    mean, half = interval(values)
    if np.ptp(values) > 1e-6:
        low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
        assert (mean - half, mean + half) == pytest.approx((low, high), abs=1e-9)
    assert math.isnan(interval(values[:1])[1])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=20))
def test_the_paired_test_is_students(pairs: list[tuple[float, float]]) -> None:
    ours, others = np.array(pairs).T
    if np.ptp(ours - others) > 1e-6:
        assert paired_p(ours - others) == pytest.approx(stats.ttest_rel(ours, others).pvalue)


def test_differences_that_are_all_the_same_are_none_or_certain() -> None:
    assert paired_p(np.zeros(3)) == 1
    assert paired_p(np.full(3, 0.5)) == 0
