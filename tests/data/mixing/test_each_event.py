"""The mixtures of the published code of Kong 2018."""

import numpy as np
import pytest
import torch

from wsed.data.mixing.each_event import EachEvent
from wsed.data.mixing.plan import MixturePlan
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError

RATE = 1000


@pytest.fixture
def events() -> Soundbank:
    """Five events of 0.5 to 6.5 s, and two backgrounds of 30 and 10 s."""

    def noise(name: str, label: str, seconds: float) -> Recording:
        samples = np.random.default_rng(0).normal(0, 0.1, round(seconds * RATE))
        return Recording(name, label, 1, name, torch.from_numpy(samples).float())

    labels = ("cry", "shot")
    sounds = tuple(noise(f"e{number}", labels[number % 2], 0.5 + 1.5 * number) for number in range(5))
    return Soundbank(RATE, labels, sounds, (noise("long", "street", 30), noise("short", "park", 10)))


def planned(bank: Soundbank, index: int, *, for_evaluation: bool = False, epoch: int = 0, seed: int = 0) -> MixturePlan:
    recipe = EachEvent(4.0, [0.0, 0.0])
    clips = recipe.clips(bank, for_evaluation)
    return recipe.plan(
        bank, seed=seed, split="train", epoch=epoch, index=index, clips=clips, for_evaluation=for_evaluation
    )


def test_each_event_gives_three_clips_for_training(events: Soundbank) -> None:
    assert EachEvent(4.0, [0.0, 0.0]).clips(events, for_evaluation=False) == 15
    plans = [planned(events, index) for index in range(15)]
    for number in range(5):
        background, event, both = plans[3 * number : 3 * number + 3]
        assert background.events == ()
        assert event.background is None
        assert event.events == both.events
        assert (background.background, background.background_start) == (both.background, both.background_start)
        assert [used.recording for used in both.events] == [f"e{number}"]


def test_each_event_gives_one_clip_for_evaluation(events: Soundbank) -> None:
    assert EachEvent(4.0, [0.0, 0.0]).clips(events, for_evaluation=True) == 5
    plans = [planned(events, index, for_evaluation=True) for index in range(5)]
    assert [plan.events[0].recording for plan in plans] == [f"e{number}" for number in range(5)]
    assert {plan.background for plan in plans} == {"long", "short"}


def test_an_event_lies_in_the_middle_and_a_long_one_is_cropped(events: Soundbank) -> None:
    for number, seconds in enumerate((0.5, 2.0, 3.5, 4.0, 4.0)):
        (event,) = planned(events, number, for_evaluation=True).events
        assert event.samples == seconds * RATE
        assert event.onset == (4 - seconds) / 2 * RATE
        assert event.event_to_background_ratio == 0


def test_a_background_starts_at_a_whole_second_that_leaves_a_clip(events: Soundbank) -> None:
    starts: dict[str, set[int]] = {"long": set(), "short": set()}
    for seed in range(300):
        plan = planned(events, 0, for_evaluation=True, seed=seed)
        assert plan.background is not None
        starts[plan.background].add(plan.background_start)
    assert starts == {"long": {RATE * n for n in range(25)}, "short": {RATE * n for n in range(7)}}


def test_all_epochs_are_the_same(events: Soundbank) -> None:
    assert not EachEvent.fresh
    for index in range(15):
        assert planned(events, index, epoch=3).events == planned(events, index).events


def test_more_clips_than_there_are(events: Soundbank) -> None:
    recipe = EachEvent(4.0, [0.0, 0.0])
    with pytest.raises(UserError, match=r"data.clips.train: is 16, but 5 events give 15 clips; set it to null for all"):
        recipe.plan(events, seed=0, split="train", epoch=0, index=0, clips=16, for_evaluation=False)
