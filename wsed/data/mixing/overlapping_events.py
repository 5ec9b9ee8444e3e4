"""The mixtures of Liu 2022 and Kong 2019: several events in one background."""

import math
from typing import Literal

import numpy as np

from wsed.checks.ranges import ClipSeconds, Decibels, ListOf, Pair, Positive, SecondsFromZero
from wsed.data.audio.levels import rms
from wsed.data.mixing.base import check_ratio, clip_filename, random_generator
from wsed.data.mixing.perturbation import UNPERTURBED
from wsed.data.mixing.plan import EventPlan, MixturePlan
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError

SHORTEST = 0.001
"""Seconds. The shortest event that the end of a clip may leave, one sample at the lowest sample rate."""


class OverlappingEvents:
    """One event per onset in one background. The events may overlap.

    Liu 2022 has two events of 4 s at 3 s in 10 s, at 20 dB; Kong 2019 has three of 2 s at 0.5, 3 and 5.5 s, at 0, 10
    and 20 dB. A longer recording is cropped to its first `event_duration`.

    Args:
        duration: duration of a clip in seconds.
        onsets: the lowest and the highest onset of each event in seconds, drawn uniformly; each is inside the clip.
        event_duration: the longest duration of an event in seconds.
        event_to_background_ratio: the lowest and the highest ratio in dB; drawn uniformly for each event.
        draw: `class`: classes are drawn evenly and none twice, then a recording of each; `recording`: recordings are
            drawn evenly, so that classes with more of them are more frequent, and one class may come twice, as in the
            published code of Kong 2019.
        level: what the ratio refers to: the `excerpt` of an event that is in the clip, or the whole `recording`, as in
            that code.
        class_shares: for `draw` by class, how often each class is drawn first for training, relative to the others, in
            the order of `data.labels`; None for evenly. Uneven ones make a corpus in which some classes are rare.
        fresh: whether every epoch has new training mixtures; otherwise all epochs have the same ones.

    Raises:
        UserError: an argument is out of range.
    """

    def __init__(
        self,
        duration: ClipSeconds,
        onsets: ListOf[Pair[SecondsFromZero]],
        event_duration: ClipSeconds,
        event_to_background_ratio: Pair[Decibels],
        draw: Literal["class", "recording"] = "class",
        level: Literal["excerpt", "recording"] = "excerpt",
        class_shares: ListOf[Positive] | None = None,
        fresh: bool = True,
    ) -> None:
        for pair in onsets:
            if len(pair) != 2 or not 0 <= pair[0] <= pair[1] <= duration - SHORTEST:
                raise UserError(
                    f"mixing.onsets: has {list(pair)}; it needs [lowest, highest] for each event, "
                    f"in seconds from 0 to below mixing.duration={duration:g}"
                )
        if not onsets:
            raise UserError("mixing.onsets: is empty; it needs [lowest, highest] for each event")
        if event_duration <= 0:
            raise UserError(f"mixing.event_duration: is {event_duration:g}; it needs seconds above 0")
        self.duration = duration
        self.onsets = [(float(low), float(high)) for low, high in onsets]
        self.event_duration = event_duration
        self.lowest_ratio, self.highest_ratio = check_ratio(event_to_background_ratio, "event_to_background_ratio")
        self.draw = draw
        self.level = level
        self.class_shares = class_shares
        self.fresh = fresh

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, for_evaluation: bool
    ) -> MixturePlan:
        """See `Recipe`. Clips for evaluation are like those for training.

        Raises:
            UserError: there are more events than classes, and classes are drawn.
        """
        if self.draw == "class" and len(self.onsets) > len(bank.labels):
            raise UserError(
                f"mixing.onsets: is for {len(self.onsets)} events of different classes, but there are only "
                f"{len(bank.labels)}; name more in data.labels"
            )
        rng = random_generator(seed, split, epoch, index)
        samples = round(self.duration * bank.sample_rate)
        background = bank.backgrounds[rng.integers(len(bank.backgrounds))]
        start = int(rng.integers(max(1, len(background.waveform) - samples + 1)))
        events = []
        for label, (low, high) in zip(self._labels(bank, rng, for_evaluation), self.onsets, strict=True):
            recordings = bank.events if label is None else bank.events_of(label)
            recording = recordings[rng.integers(len(recordings))]
            onset = round(float(rng.uniform(low, high)) * bank.sample_rate)
            longest = round(self.event_duration * bank.sample_rate)
            length = min(len(recording.waveform), longest, samples - onset)
            ratio = float(rng.uniform(self.lowest_ratio, self.highest_ratio))
            if self.level == "recording":
                ratio += _excerpt_level(recording, length)
            events.append(EventPlan(recording.id, recording.label, onset, length, UNPERTURBED, ratio))
        filename = clip_filename(split, epoch, index)
        return MixturePlan(filename, samples, background.id, start, UNPERTURBED, tuple(events))

    def _labels(self, bank: Soundbank, rng: np.random.Generator, for_evaluation: bool) -> list[str | None]:
        """The class of each event; None where recordings are drawn.

        Raises:
            UserError: there is not one share for each class.
        """
        events, classes = len(self.onsets), len(bank.labels)
        if self.draw == "recording":
            return [None] * events
        if self.class_shares is None or for_evaluation:
            return [bank.labels[place] for place in rng.permutation(classes)[:events]]
        if len(self.class_shares) != classes:
            raise UserError(f"mixing.class_shares: has {len(self.class_shares)} shares for {classes} classes")
        shares = np.array(self.class_shares) / sum(self.class_shares)
        return [bank.labels[place] for place in rng.choice(classes, events, replace=False, p=shares)]


def _excerpt_level(recording: Recording, length: int) -> float:
    """The level of the first samples of a recording relative to the whole of it, in dB; -100 at the least."""
    return 20 * math.log10(max(1e-5, rms(recording.waveform[:length]) / rms(recording.waveform)))
