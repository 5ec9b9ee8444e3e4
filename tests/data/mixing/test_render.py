"""Rendered mixtures, measured."""

import math

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.data.batch import Batch
from wsed.data.mixing.perturbation import UNPERTURBED
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.render import render
from wsed.data.mixing.single_event import SingleEvent
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError

SHARES = {"background": 1, "event": 1, "mixture": 1}
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rendered(bank: Soundbank, plans: list[MixturePlan]) -> Batch:
    recordings = {recording.id: recording.waveform for recording in bank.events + bank.backgrounds}
    return render(plans, recordings, bank.labels, bank.sample_rate, with_sources=True)


def planned(
    bank: Soundbank,
    index: int,
    ratio: float = 0.0,
    for_evaluation: bool = True,
    speed: tuple[float, float] = (1.0, 1.0),
) -> MixturePlan:
    recipe = SingleEvent(1.0, [ratio, ratio], SHARES, speed, 0.0 if for_evaluation else 6.0, [0.3, 0.9])
    return recipe.plan(bank, seed=1, split="train", epoch=0, index=index, clips=30, for_evaluation=for_evaluation)


def level(samples: torch.Tensor) -> float:
    return 10 * math.log10(np.mean(samples.double().numpy() ** 2))


@QUICK
@given(index=st.integers(20, 29), ratio=st.floats(-30, 30), speed=st.floats(0.5, 2))
def test_event_to_background_ratio_of_the_audio(bank: Soundbank, index: int, ratio: float, speed: float) -> None:
    plan = planned(bank, index, ratio, for_evaluation=False, speed=(speed, 1.1 * speed))
    batch = rendered(bank, [plan])
    assert batch.sources is not None
    assert batch.background_source is not None
    (event,) = plan.events
    source = batch.sources[0, bank.labels.index(event.label)]
    during = source[event.onset : event.onset + event.samples]
    # float32 samples: 1e-7 of an amplitude is 1e-6 dB, and sums of thousands of them no more than 1e-3 dB.
    assert abs(level(during) - level(batch.background_source[0]) - ratio) < 1e-3
    assert not source[: event.onset].any()
    assert not source[event.onset + event.samples :].any()


@QUICK
@given(index=st.integers(10, 29), seed=st.integers(0, 1000))
def test_a_crop_is_that_part_of_its_recording(bank: Soundbank, index: int, seed: int) -> None:
    recipe = SingleEvent(1.0, [0.0, 0.0], SHARES, excerpt=[0.3, 0.9])
    plan = recipe.plan(bank, seed=seed, split="train", epoch=0, index=index, clips=30, for_evaluation=False)
    batch = rendered(bank, [plan])
    assert batch.sources is not None
    (event,) = plan.events
    (recording,) = [one.waveform for one in bank.events if one.id == event.recording]
    heard = batch.sources[0, bank.labels.index(event.label), event.onset : event.onset + event.samples]
    part = recording[event.start : event.start + event.samples]
    torch.testing.assert_close(heard / heard.abs().max(), part / part.abs().max(), atol=1e-6, rtol=0)


@QUICK
@given(index=st.integers(0, 29))
def test_a_mixture_is_the_sum_of_its_parts_at_a_peak_of_1(bank: Soundbank, index: int) -> None:
    batch = rendered(bank, [planned(bank, index, for_evaluation=False)])
    assert batch.sources is not None
    assert batch.background_source is not None
    parts = batch.sources.sum(1) + batch.background_source
    torch.testing.assert_close(batch.waveform, parts, atol=1e-6, rtol=0)
    assert abs(float(batch.waveform.abs().max()) - 1) < 1e-6


def test_samples_depend_on_the_plan_alone(bank: Soundbank) -> None:
    plans = [planned(bank, index, for_evaluation=False, speed=(0.8, 1.25)) for index in range(12)]
    together = rendered(bank, plans)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        backwards = rendered(bank, plans[::-1])
        torch.set_num_threads(2)
        alone = [rendered(bank, [plan]) for plan in plans]
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(together.waveform, backwards.waveform.flip(0))
    assert torch.equal(together.waveform, torch.cat([batch.waveform for batch in alone]))


@QUICK
@given(index=st.integers(0, 100))
def test_strong_labels_cover_what_sounds(bank: Soundbank, index: int) -> None:
    batch = rendered(bank, [planned(bank, index)])
    assert batch.sources is not None
    (event,) = batch.events[0]
    sounding = batch.sources[0, bank.labels.index(event.event_label)].nonzero().flatten()
    assert abs(int(sounding[0]) / bank.sample_rate - event.onset) < 0.002
    assert abs((int(sounding[-1]) + 1) / bank.sample_rate - event.offset) < 0.002
    assert batch.weak[0].tolist() == [float(label == event.event_label) for label in bank.labels]


def test_a_background_that_is_silent_all_through_a_clip_is_named() -> None:
    sound = torch.zeros(24000)
    sound[:8001] = 0.1
    plans = [MixturePlan("a.wav", 8000, "street.wav", start, UNPERTURBED, ()) for start in (8000, 12000)]
    recordings = {"street.wav": sound}
    assert render(plans[:1], recordings, ["bell"], 8000, with_sources=False).waveform.isfinite().all()
    with pytest.raises(UserError, match=r"street\.wav: is silent for 1 s from 1\.5 s on; cut the silence out"):
        render(plans, recordings, ["bell"], 8000, with_sources=False)
