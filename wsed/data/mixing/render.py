"""Rendering of plans into waveforms, sources and labels."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from wsed.data.audio.levels import rms
from wsed.data.batch import Batch
from wsed.data.mixing.looping import crop_or_loop
from wsed.data.mixing.perturbation import perturb
from wsed.data.mixing.plan import EventPlan, MixturePlan
from wsed.errors import UserError
from wsed.prediction import Event

FADE = 0.01
"""Seconds of cross-fade where a short background is repeated."""


def render(
    plans: Sequence[MixturePlan],
    recordings: Mapping[str, Tensor],
    labels: Sequence[str],
    sample_rate: int,
    with_sources: bool,
) -> Batch:
    """Renders a batch of plans, on the device of the recordings.

    A clip is `(background + sum of gain * event) / peak`, where `peak` is the largest absolute sample of the sum. Its
    samples depend only on its plan, bit for bit, and not on the other clips of the batch or the number of threads.

    Args:
        plans: at least one, all with the same number of samples.
        recordings: `(samples,)` by recording `id`.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        with_sources: whether the batch has `sources` and `background_source`.

    Raises:
        UserError: a background is silent throughout the clip, so that the level of events relative to it is undefined.
    """
    device = next(iter(recordings.values())).device
    shape = (len(plans), len(labels), plans[0].samples)
    sources = torch.zeros(shape, device=device)
    weak = torch.zeros(shape[:2], device=device)
    backgrounds = torch.zeros(shape[0], shape[2], device=device)
    waveform = torch.zeros_like(backgrounds)
    for clip, plan in enumerate(plans):
        level = None
        if plan.background is not None:
            backgrounds[clip], level = _background(plan, recordings[plan.background], sample_rate)
        for event in plan.events:
            label = labels.index(event.label)
            sound = _event(event, recordings[event.recording], level, sample_rate)
            sources[clip, label, event.onset : event.onset + event.samples] += sound
            weak[clip, label] = 1
        # One source after another, because the order of a sum decides its last bits.
        total = backgrounds[clip].clone()
        for source in sources[clip]:
            total += source
        peak = total.abs().max()
        waveform[clip] = total / peak
        backgrounds[clip] /= peak
        sources[clip] /= peak
    return Batch(
        filenames=[plan.filename for plan in plans],
        waveform=waveform,
        weak=weak,
        background=torch.tensor([float(plan.background is not None) for plan in plans], device=device),
        events=[strong_labels(plan, sample_rate) for plan in plans],
        plans=list(plans),
        sources=sources if with_sources else None,
        background_source=backgrounds if with_sources else None,
        has_strong=torch.ones(len(plans), dtype=torch.bool, device=device),
    )


def _background(plan: MixturePlan, recording: Tensor, sample_rate: int) -> tuple[Tensor, float]:
    """The background of a clip, `(samples,)`, and its RMS."""
    needed = math.ceil(plan.samples * plan.background_perturbation.speed)
    cropped = crop_or_loop(recording, plan.background_start, needed, round(FADE * sample_rate))
    background = perturb(cropped, plan.background_perturbation, plan.samples, sample_rate)
    level = rms(background)
    if not level:
        start, seconds = plan.background_start / sample_rate, plan.samples / sample_rate
        raise UserError(f"{plan.background}: is silent for {seconds:g} s from {start:g} s on; cut the silence out")
    return background, level


def _event(plan: EventPlan, recording: Tensor, background_level: float | None, sample_rate: int) -> Tensor:
    """An event at its level relative to the background, `(samples,)`; as recorded if there is no background."""
    sound = perturb(recording[plan.start :], plan.perturbation, plan.samples, sample_rate)
    if background_level is None:
        return sound
    return background_level / rms(sound) * 10 ** (plan.event_to_background_ratio / 20) * sound


def strong_labels(plan: MixturePlan, sample_rate: int) -> list[Event]:
    """The events of a plan with onset and offset in seconds."""
    return [
        Event(event.onset / sample_rate, (event.onset + event.samples) / sample_rate, event.label)
        for event in plan.events
    ]
