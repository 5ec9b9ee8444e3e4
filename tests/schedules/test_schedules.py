"""Learning-rate schedules as functions of the step and of the losses so far."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.schedules.constant import Constant
from wsed.schedules.plateau import Plateau
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


@settings(max_examples=100, deadline=None)
@given(
    factor=st.floats(0.1, 0.9),
    patience=st.integers(0, 4),
    losses=st.lists(
        st.sampled_from([1.0, 0.99995, 0.9998, 0.5, 0.7, float("nan")]) | st.floats(0.0625, 2, width=32), max_size=30
    ),
)
def test_plateau_is_that_of_pytorch(factor: float, patience: int, losses: list[float]) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=factor, patience=patience, eps=0)
    ours = Plateau(factor, patience)
    for loss in losses:
        theirs.step(loss)
        ours.observe(loss)
        assert ours(0, 1) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-5)


def test_plateau_goes_on_from_its_state() -> None:
    whole, first, second = Plateau(0.5, 1), Plateau(0.5, 1), Plateau(0.5, 1)
    losses = [1.0, 0.9, 0.95, 0.95, 0.8, 0.8, 0.8, 0.8, 0.8]
    for loss in losses:
        whole.observe(loss)
    for loss in losses[:6]:
        first.observe(loss)
    second.load_state_dict(first.state_dict())
    for loss in losses[6:]:
        second.observe(loss)
    assert second.state_dict() == whole.state_dict()
    assert second(0, 1) == 0.125
