"""Mixtures of several events."""

from collections import Counter

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.mixing.overlapping_events import OverlappingEvents
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.render import render
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError
from wsed.prediction import Event

AT_ONCE = [[0.5, 0.5], [0.5, 0.5]]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def planned(
    bank: Soundbank, recipe: OverlappingEvents, index: int, *, for_evaluation: bool = False, epoch: int = 0
) -> MixturePlan:
    return recipe.plan(bank, seed=0, split="train", epoch=epoch, index=index, clips=100, for_evaluation=for_evaluation)


def test_liu_has_two_classes_at_once_over_one_background(bank: Soundbank) -> None:
    recipe = OverlappingEvents(2.0, AT_ONCE, 0.6, [20.0, 20.0])
    lengths = {recording.id: len(recording.waveform) for recording in bank.events}
    for index in range(100):
        plan = planned(bank, recipe, index, for_evaluation=index % 2 == 0)
        assert plan.background is not None
        assert {event.label for event in plan.events} == {"bark", "bell"}
        for event in plan.events:
            assert event.onset == 4000
            assert event.samples == min(lengths[event.recording], 4800)
            assert event.event_to_background_ratio == 20


@QUICK
@given(
    duration=st.floats(0.3, 3),
    low=st.floats(0, 0.9),
    more=st.floats(0, 0.09),
    longest=st.floats(0.01, 4),
    index=st.integers(0, 99),
    epoch=st.integers(0, 99),
)
def test_events_lie_in_the_clip_and_plans_are_pure(
    bank: Soundbank, duration: float, low: float, more: float, longest: float, index: int, epoch: int
) -> None:
    onsets = [[low * duration, (low + more) * duration], [0.0, 0.5 * duration]]
    recipe = OverlappingEvents(duration, onsets, longest, [-5.0, 5.0])
    plan = planned(bank, recipe, index, epoch=epoch)
    assert plan == planned(bank, recipe, index, epoch=epoch)
    for event, (first, last) in zip(plan.events, onsets, strict=True):
        assert first * 8000 - 0.5 <= event.onset <= last * 8000 + 0.5
        assert 0 < event.samples <= max(1, longest * 8000 + 0.5)
        assert event.onset + event.samples <= plan.samples
        assert -5 <= event.event_to_background_ratio <= 5


def test_classes_and_recordings_are_drawn_evenly(bank: Soundbank) -> None:
    recipe = OverlappingEvents(2.0, AT_ONCE[:1], 4.0, [0.0, 0.0])
    drawn = Counter(planned(bank, recipe, index).events[0].recording for index in range(3200))
    assert len(drawn) == len(bank.events)
    # 200 are expected of each; five standard deviations.
    assert all(130 < count < 270 for count in drawn.values())


@pytest.mark.parametrize(
    ("duration", "onsets", "longest", "ratio", "said"),
    [
        (2.0, [[2.0, 2.0]], 4.0, [0.0, 0.0], "in seconds from 0 to below mixing.duration=2"),
        (2.0, [[1.0, 0.5]], 4.0, [0.0, 0.0], r"has \[1.0, 0.5\]"),
        (2.0, [[1.0]], 4.0, [0.0, 0.0], r"has \[1.0\]"),
        (2.0, [], 4.0, [0.0, 0.0], "mixing.onsets: is empty"),
        (2.0, AT_ONCE, 0.0, [0.0, 0.0], "event_duration: is 0"),
        (2.0, AT_ONCE, 4.0, [0.0], "needs .lowest, highest. in dB"),
    ],
)
def test_values_that_do_not_fit(
    duration: float, onsets: list[list[float]], longest: float, ratio: list[float], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        OverlappingEvents(duration, onsets, longest, ratio)


def test_more_events_than_classes(bank: Soundbank) -> None:
    with pytest.raises(UserError, match="3 events of different classes, but there are only 2"):
        planned(bank, OverlappingEvents(2.0, [*AT_ONCE, [0.5, 0.5]], 4.0, [0.0, 0.0]), 0)


def test_recordings_are_drawn_evenly_and_a_class_may_come_twice(bank: Soundbank) -> None:
    uneven = Soundbank(
        bank.sample_rate, bank.labels, (*bank.events_of("bark"), bank.events_of("bell")[0]), bank.backgrounds
    )
    recipe = OverlappingEvents(2.0, AT_ONCE, 0.6, [0.0, 0.0], draw="recording")
    plans = [planned(uneven, recipe, index) for index in range(2000)]
    counts = Counter(event.recording for plan in plans for event in plan.events)
    assert len(counts) == 9
    # 4,000 draws of nine recordings; five standard deviations of a binomial.
    assert all(abs(count - 4000 / 9) < 5 * (4000 * 8 / 81) ** 0.5 for count in counts.values())
    twice = sum(len({event.label for event in plan.events}) == 1 for plan in plans)
    assert abs(twice - 2000 * 65 / 81) < 5 * (2000 * 65 * 16 / 81**2) ** 0.5


@pytest.mark.parametrize("ratio", [0.0, 20.0])
def test_the_ratio_is_about_the_whole_recording(bank: Soundbank, ratio: float) -> None:
    loud_later = torch.cat([0.01 * torch.ones(2000), torch.ones(6000)])
    event = Recording("late", "bark", 1, "late", loud_later)
    late = Soundbank(bank.sample_rate, bank.labels, (event,), bank.backgrounds)
    recipe = OverlappingEvents(2.0, [[0.5, 0.5]], 0.3, [ratio, ratio], draw="recording", level="recording")
    plan = planned(late, recipe, 0)
    recordings = {recording.id: recording.waveform for recording in late.events + late.backgrounds}
    batch = render([plan], recordings, late.labels, late.sample_rate, with_sources=True)
    assert batch.sources is not None
    assert batch.background_source is not None
    # The gain of the event, told by its first sample.
    gain = batch.sources[0, 0, 4000] / loud_later[0]
    level = batch.background_source[0].square().mean().sqrt()
    assert gain * loud_later.square().mean().sqrt() / level == pytest.approx(10 ** (ratio / 20), rel=1e-4)


def test_events_of_one_class_that_overlap_are_one_strong_label(bank: Soundbank) -> None:
    one = Soundbank(bank.sample_rate, bank.labels, tuple(bank.events_of("bell")), bank.backgrounds)
    plan = planned(one, OverlappingEvents(2.0, AT_ONCE, 0.6, [0.0, 0.0], draw="recording"), 0)
    recordings = {recording.id: recording.waveform for recording in one.events + one.backgrounds}
    batch = render([plan], recordings, one.labels, one.sample_rate, with_sources=False)
    longest = max(event.samples for event in plan.events)
    assert batch.events == [[Event(0.5, 0.5 + longest / 8000, "bell")]]


def test_classes_are_drawn_by_their_shares_in_training_alone(bank: Soundbank) -> None:
    recipe = OverlappingEvents(2.0, [[0.5, 0.5]], 0.6, [0.0, 0.0], class_shares=[9.0, 1.0])
    first = Counter(planned(bank, recipe, index).events[0].label for index in range(1000))
    # Five standard deviations of a binomial.
    assert abs(first["bark"] - 900) < 5 * 90**0.5
    tested = Counter(planned(bank, recipe, index, for_evaluation=True).events[0].label for index in range(1000))
    assert abs(tested["bark"] - 500) < 5 * 250**0.5
    two = OverlappingEvents(2.0, AT_ONCE, 0.6, [0.0, 0.0], class_shares=[9.0, 1.0])
    assert {event.label for event in planned(bank, two, 0).events} == {"bark", "bell"}


def test_shares_for_other_classes(bank: Soundbank) -> None:
    recipe = OverlappingEvents(2.0, AT_ONCE, 0.6, [0.0, 0.0], class_shares=[1.0, 1.0, 1.0])
    with pytest.raises(UserError, match=r"mixing.class_shares: has 3 shares for 2 classes"):
        planned(bank, recipe, 0)
