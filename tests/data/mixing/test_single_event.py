"""Mixtures of at most one event: plans are pure, balanced and within their bounds."""

from collections import Counter
from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.mixing.perturbation import UNPERTURBED
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError

THIRDS = {"background": 1, "event": 1, "mixture": 1}
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def planned(
    bank: Soundbank,
    index: int,
    *,
    recipe: SingleEvent | None = None,
    seed: int = 0,
    split: str = "train",
    epoch: int = 0,
    clips: int = 60,
    for_evaluation: bool = False,
) -> MixturePlan:
    """One plan, by default of a second of audio in thirds."""
    recipe = recipe or SingleEvent(1.0, [-5.0, 5.0], THIRDS)
    return recipe.plan(
        bank, seed=seed, split=split, epoch=epoch, index=index, clips=clips, for_evaluation=for_evaluation
    )


def kind(plan: MixturePlan) -> str:
    return {(True, 0): "background", (False, 1): "event", (True, 1): "mixture"}[bool(plan.background), len(plan.events)]


@QUICK
@given(seed=st.integers(0, 2**32), epoch=st.integers(0, 1000), index=st.integers(0, 59))
def test_equal_arguments_give_equal_plans(bank: Soundbank, seed: int, epoch: int, index: int) -> None:
    first = planned(bank, index, seed=seed, epoch=epoch)
    torch.rand(3)
    assert planned(bank, index, seed=seed, epoch=epoch) == first


def test_plans_differ_by_seed_split_epoch_and_index(bank: Soundbank) -> None:
    ways = [{}, {"seed": 1}, {"split": "val"}, {"epoch": 1}, {"index": 41}]
    plans = [planned(bank, **{"index": 40, **way}) for way in ways]  # type: ignore[arg-type]  # each way fits
    draws = {(plan.background, plan.background_start, plan.events[0].onset) for plan in plans}
    assert len(draws) == len(ways)


def test_thirds_of_1008_clips_are_336_each(bank: Soundbank) -> None:
    kinds = [kind(planned(bank, index, clips=1008)) for index in range(1008)]
    assert Counter(kinds) == {"background": 336, "event": 336, "mixture": 336}
    assert kinds == sorted(kinds)


@QUICK
@given(shares=st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(any), clips=st.integers(1, 200))
def test_shares_are_kept_to_the_clip(bank: Soundbank, shares: list[int], clips: int) -> None:
    names = ("background", "event", "mixture")
    recipe = SingleEvent(1.0, [0, 0], dict(zip(names, shares, strict=True)))
    counts = Counter(kind(planned(bank, index, recipe=recipe, clips=clips)) for index in range(clips))
    for name, share in zip(names, shares, strict=True):
        assert abs(counts[name] - clips * share / sum(shares)) <= 1
        assert share or not counts[name]


def test_a_test_clip_is_one_event_in_one_background(bank: Soundbank) -> None:
    plans = [planned(bank, index, split="test", for_evaluation=True) for index in range(60)]
    assert {kind(plan) for plan in plans} == {"mixture"}


@pytest.mark.parametrize("for_evaluation", [True, False])
def test_classes_and_their_recordings_take_turns(bank: Soundbank, for_evaluation: bool) -> None:
    clips = 480
    plans = [planned(bank, index, clips=clips, for_evaluation=for_evaluation) for index in range(clips)]
    for name in ("event", "mixture"):
        events = [plan.events[0] for plan in plans if kind(plan) == name]
        by_class = Counter(event.label for event in events)
        by_recording = Counter(event.recording for event in events)
        assert not events or set(by_class) == {"bark", "bell"}
        assert max(by_class.values(), default=0) - min(by_class.values(), default=0) <= 1
        assert not events or len(by_recording) == 16
        assert max(by_recording.values(), default=0) - min(by_recording.values(), default=0) <= 1


def test_every_epoch_has_an_order_of_recordings_of_its_own(bank: Soundbank) -> None:
    def order(epoch: int) -> list[str]:
        plans = [planned(bank, index, epoch=epoch, for_evaluation=True) for index in range(16)]
        return [plan.events[0].recording for plan in plans]

    assert sorted(order(0)) == sorted(order(1))
    assert order(0) != order(1)


@QUICK
@given(
    index=st.integers(200, 299),
    duration=st.floats(0.2, 3),
    low=st.floats(-30, 30),
    more=st.floats(0, 20),
    slow=st.floats(0.5, 1),
    fast=st.floats(1, 2),
    for_evaluation=st.booleans(),
)
def test_everything_lies_within_the_clip(
    bank: Soundbank,
    index: int,
    duration: float,
    low: float,
    more: float,
    slow: float,
    fast: float,
    for_evaluation: bool,
) -> None:
    recipe = SingleEvent(duration, [low, low + more], THIRDS, [slow, fast])
    plan = planned(bank, index, recipe=recipe, clips=300, for_evaluation=for_evaluation)
    lengths = {recording.id: len(recording.waveform) for recording in bank.events + bank.backgrounds}
    (event,) = plan.events
    assert plan.background is not None
    for perturbation in (event.perturbation, plan.background_perturbation):
        assert perturbation == UNPERTURBED if for_evaluation else slow * 0.999 < perturbation.speed < fast * 1.001
    assert plan.samples == round(duration * bank.sample_rate)
    assert event.samples == min(int(lengths[event.recording] / event.perturbation.speed), plan.samples)
    assert 0 <= event.onset <= plan.samples - event.samples
    assert low <= event.event_to_background_ratio <= low + more
    length = lengths[plan.background]
    assert plan.background_start >= 0
    assert (
        plan.background_start + plan.samples * plan.background_perturbation.speed <= length
        or plan.background_start == 0
    )


def test_onsets_and_ratios_spread_over_their_range(bank: Soundbank) -> None:
    recipe = SingleEvent(4.0, [-5.0, 5.0], THIRDS)
    events = [planned(bank, index, recipe=recipe, for_evaluation=True).events[0] for index in range(300)]
    onsets = torch.tensor([event.onset / (4 * bank.sample_rate - event.samples) for event in events])
    ratios = torch.tensor([event.event_to_background_ratio / 10 + 0.5 for event in events])
    for values in (onsets, ratios):
        # The largest gap between a sample of 300 and an even spread exceeds 0.095 once in a hundred (Kolmogorov).
        gaps = values.sort().values - torch.linspace(0, 1, 300)
        assert float(gaps.abs().max()) < 0.095


VARIED = SingleEvent(1.0, [0.0, 2.0], THIRDS, excerpt=[0.2, 0.9], ratio_variation=[-5.0, 10.0], second_event=0.4)


def test_ratios_vary_more_in_training(bank: Soundbank) -> None:
    plans = [planned(bank, index, recipe=VARIED, clips=900) for index in range(600, 900)]
    ratios = torch.tensor([event.event_to_background_ratio for plan in plans for event in plan.events])
    assert float(ratios.min()) == pytest.approx(-5, abs=0.5)
    assert float(ratios.max()) == pytest.approx(12, abs=0.5)
    gaps = (ratios.sort().values + 5) / 17 - torch.linspace(0, 1, len(ratios))
    # The largest gap between a sample of 400 and an even spread exceeds 0.082 once in a hundred (Kolmogorov).
    assert float(gaps.abs().max()) < 0.082


def test_a_share_of_training_mixtures_has_a_second_event_of_another_class(bank: Soundbank) -> None:
    plans = [planned(bank, index, recipe=VARIED, clips=900) for index in range(900)]
    two = [plan for plan in plans if len(plan.events) == 2]
    assert all(plan.background for plan in two)
    # Of 300 mixtures, give or take three standard deviations of a binomial.
    assert len(two) == pytest.approx(120, abs=26)
    assert all({event.label for event in plan.events} == {"bark", "bell"} for plan in two)
    assert len({event.recording for plan in two for event in plan.events[1:]}) == 16


def test_crops_are_from_anywhere_in_a_recording(bank: Soundbank) -> None:
    lengths = {recording.id: len(recording.waveform) for recording in bank.events}
    plans = [planned(bank, index, recipe=VARIED, clips=900) for index in range(300, 900)]
    events = [event for plan in plans for event in plan.events if event.samples < plan.samples]
    shares = torch.tensor([event.samples / lengths[event.recording] for event in events])
    starts = torch.tensor([event.start / (lengths[event.recording] - event.samples) for event in events])
    for values in ((shares - 0.2) / 0.7, starts):
        gaps = values.sort().values - torch.linspace(0, 1, len(values))
        # The largest gap between a sample of 600 and an even spread exceeds 0.067 once in a hundred (Kolmogorov).
        assert float(gaps.abs().max()) < 0.067


def test_no_crop_is_a_pause(bank: Soundbank) -> None:
    sound = torch.cat([torch.ones(1000), torch.zeros(6000), torch.ones(1000)])
    paused = replace(bank, events=tuple(replace(one, waveform=sound) for one in bank.events))
    plans = [planned(paused, index, recipe=VARIED, clips=900) for index in range(300, 600)]
    parts = [sound[event.start : event.start + event.samples] for plan in plans for event in plan.events]
    assert all(part.any() for part in parts)
    assert any(len(part) == len(sound) for part in parts)
    assert any(len(part) < 3000 for part in parts)


@pytest.mark.parametrize("share", [[], [1.0], [0.0, 1.0], [0.9, 0.5], [0.5, 1.1]])
def test_an_excerpt_is_two_shares(share: list[float]) -> None:
    with pytest.raises(UserError, match=r"mixing\.excerpt: is \["):
        SingleEvent(1.0, [0, 0], THIRDS, excerpt=share)


@QUICK
@given(seed=st.integers(0, 2**32), index=st.integers(0, 59))
def test_what_varies_in_training_leaves_for_evaluation_clips_alone(bank: Soundbank, seed: int, index: int) -> None:
    plain = SingleEvent(1.0, [0.0, 2.0], THIRDS)
    given = {"seed": seed, "split": "test", "for_evaluation": True}
    assert planned(bank, index, recipe=VARIED, **given) == planned(bank, index, recipe=plain, **given)


def test_a_second_event_needs_two_classes(bank: Soundbank) -> None:
    lone = Soundbank(bank.sample_rate, ("bell",), [one for one in bank.events if one.label == "bell"], bank.backgrounds)
    with pytest.raises(UserError, match=r"mixing\.second_event: needs two classes"):
        planned(lone, 0, recipe=VARIED)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_second_event_is_a_share(share: float) -> None:
    with pytest.raises(UserError, match=r"mixing\.second_event: is "):
        SingleEvent(1.0, [0, 0], THIRDS, second_event=share)


@pytest.mark.parametrize("ratio", [[], [0.0], [0.0, 1.0, 2.0], [1.0, 0.0]])
def test_a_ratio_needs_two_ends(ratio: list[float]) -> None:
    with pytest.raises(UserError, match=r"mixing\.event_to_background_ratio: is \["):
        SingleEvent(1.0, ratio, THIRDS)
    with pytest.raises(UserError, match=r"mixing\.ratio_variation: is \["):
        SingleEvent(1.0, [0.0, 0.0], THIRDS, ratio_variation=ratio)


@pytest.mark.parametrize("speed", [[], [1.0], [1.0, 0.5], [0.0, 1.0]])
def test_a_speed_needs_two_ends_above_0(speed: list[float]) -> None:
    with pytest.raises(UserError, match=r"mixing\.speed: is \["):
        SingleEvent(1.0, [0, 0], THIRDS, speed)


def test_an_equaliser_has_no_negative_spread() -> None:
    with pytest.raises(UserError, match=r"mixing\.equaliser: is -1"):
        SingleEvent(1.0, [0, 0], THIRDS, equaliser=-1.0)


@pytest.mark.parametrize(
    "shares",
    [{}, {"background": 1, "event": 1}, {**THIRDS, "two": 1}, {**THIRDS, "event": -1}, dict.fromkeys(THIRDS, 0)],
)
def test_shares_that_cannot_be_kept(shares: dict[str, float]) -> None:
    with pytest.raises(UserError, match=r"mixing\.shares: needs background, event, mixture"):
        SingleEvent(1.0, [0, 0], shares)
