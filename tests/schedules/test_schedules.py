"""Learning-rate schedules as functions of the step."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.schedules.constant import Constant
from wsed.schedules.step_decay import StepDecay
from wsed.schedules.warmup_cosine import WarmupCosine


def test_constant_is_1() -> None:
    assert {Constant()(step, 10) for step in range(12)} == {1.0}


@settings(max_examples=50, deadline=None)
@given(factor=st.floats(0.1, 1), every=st.integers(1, 50), step=st.integers(0, 300))
def test_decay_falls_by_its_factor_every_so_many_steps(factor: float, every: int, step: int) -> None:
    schedule = StepDecay(factor, every)
    assert schedule(0, 1000) == 1
    assert schedule(every - 1, 1000) == 1
    assert schedule(step + every, 1000) == pytest.approx(factor * schedule(step, 1000))


def test_cosine_without_a_rise_is_half_a_cosine() -> None:
    schedule = WarmupCosine(0.0)
    assert [schedule(step, 100) for step in (0, 50, 100)] == pytest.approx([1, 0.5, 0])
    assert schedule(25, 100) == pytest.approx(0.5 + math.sqrt(0.125))


def test_cosine_rises_in_a_straight_line() -> None:
    schedule = WarmupCosine(0.2)
    rise = [schedule(step, 100) for step in range(20)]
    assert rise == pytest.approx([(step + 1) / 21 for step in range(20)])
    assert schedule(20, 100) == 1
    assert schedule(60, 100) == pytest.approx(0.5)


@settings(max_examples=50, deadline=None)
@given(warmup=st.floats(0, 0.9), steps=st.integers(2, 500))
def test_cosine_rises_then_falls_to_0_and_never_stops_training(warmup: float, steps: int) -> None:
    factors = [WarmupCosine(warmup)(step, steps) for step in range(steps)]
    assert 0 < min(factors) <= max(factors) <= 1
    top = factors.index(max(factors))
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    if steps * (1 - warmup) >= 1:
        assert WarmupCosine(warmup)(steps, steps) == pytest.approx(0, abs=1e-12)
