"""Render: plans into waveforms, sources and labels."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from wsed.data.batch import Batch
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.playback import play
from wsed.errors import UserError
from wsed.prediction import Event

FADE = 0.01
"""Seconds of cross-fade where a short background starts over."""


def render(
    plans: Sequence[MixturePlan],
    recordings: Mapping[str, Tensor],
    labels: Sequence[str],
    sample_rate: int,
    with_sources: bool,
) -> Batch:
    """Renders a batch of plans, on the device that holds the recordings.

    A clip is `(background + gain * events) / peak`, with `peak` the largest absolute sample of the sum. Its samples
    depend on its plan alone, bit for bit, not on the rest of the batch nor on the number of threads.

    Args:
        plans: at least one, all of one length.
        recordings: samples `(samples,)` by recording id.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        with_sources: also return what each class and the background add to the waveform.

    Raises:
        UserError: a background that is silent all through the clip, so that nothing can be set in proportion to it.
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
            needed = math.ceil(plan.samples * plan.background_playback.speed)
            section = excerpt(recordings[plan.background], plan.background_start, needed, round(FADE * sample_rate))
            section = play(section, plan.background_playback, plan.samples, sample_rate)
            backgrounds[clip] = section
            level = rms(section)
            if not level:
                start, seconds = plan.background_start / sample_rate, plan.samples / sample_rate
                raise UserError(
                    f"{plan.background}: is silent for {seconds:g} s from {start:g} s on; cut the silence out"
                )
        for event in plan.events:
            sound = play(recordings[event.recording][event.start :], event.playback, event.samples, sample_rate)
            gain = 1.0 if level is None else level / rms(sound) * 10 ** (event.event_to_background_ratio / 20)
            label = labels.index(event.label)
            sources[clip, label, event.onset : event.onset + event.samples] += gain * sound
            weak[clip, label] = 1
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
    )


def strong_labels(plan: MixturePlan, sample_rate: int) -> list[Event]:
    """Onset and offset of each event of a plan, in seconds."""
    return [
        Event(event.onset / sample_rate, (event.onset + event.samples) / sample_rate, event.label)
        for event in plan.events
    ]


def excerpt(sound: Tensor, start: int, samples: int, fade: int) -> Tensor:
    """`samples` samples of a sound from `start`; a sound that is too short starts over, cross-faded.

    The cross-fade keeps the power of two unrelated sounds, so that the joint has neither a click nor a dip.

    Args:
        sound: `(samples,)`.
        start: first sample, below the sound's length.
        samples: how many.
        fade: samples of the cross-fade; at most half the sound is used.

    Returns:
        `(samples,)`.
    """
    if start + samples <= len(sound):
        return sound[start : start + samples]
    fade = min(fade, len(sound) // 2)
    angle = torch.linspace(0, torch.pi / 2, fade + 2, dtype=torch.float64, device=sound.device)[1:-1]
    period = sound[fade:].clone()
    period[len(period) - fade :] = sound[len(sound) - fade :] * angle.cos() + sound[:fade] * angle.sin()
    return period[(torch.arange(samples, device=sound.device) + start) % len(period)]


def rms(sound: Tensor) -> float:
    """Root mean square of `(samples,)`, the same to the bit whatever the number of threads.

    A plain sum is split among threads and rounds differently with their number; sums over short rows are not.
    """
    row = 512
    squares = torch.zeros(-(-len(sound) // row) * row, dtype=torch.float64, device=sound.device)
    squares[: len(sound)] = sound.double().square()
    return float((squares.view(-1, row).sum(1).sum() / len(sound)).sqrt())
