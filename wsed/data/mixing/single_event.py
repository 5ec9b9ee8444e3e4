"""The mixtures of Kong 2018: at most one event in one background."""

import math
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from torch import Tensor

from wsed.checks.ranges import (
    ClipSeconds,
    Decibels,
    DecibelSpread,
    Keys,
    NonNegative,
    Pair,
    Share,
    ShareAboveZero,
    Speed,
)
from wsed.data.audio.levels import rms
from wsed.data.mixing.base import check_ratio, clip_filename, random_generator
from wsed.data.mixing.perturbation import UNPERTURBED, Perturbation, RandomPerturbation
from wsed.data.mixing.plan import EventPlan, MixturePlan
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError

PAUSE_LEVEL = -20.0
"""dB relative to the RMS of a recording; a crop below it is a pause in the event."""

KINDS = ("background", "event", "mixture")

Shares = Annotated[Mapping[str, NonNegative], Keys(KINDS)]


class SingleEvent:
    """The mixtures of Kong 2018: at most one event in at most one background, at a random onset.

    The first clips of an epoch have only a background, the next only an event, and the last an event in a background,
    in the given shares. The published code uses one third of each, so that two thirds of the clips have one of the
    labels {events, background} and one third has two; the paper's text says the reverse. Classes take turns, and so do
    the recordings of a class, so that every epoch is balanced. Training mixtures may vary more than those for
    evaluation: in level, speed and spectrum, by random crops, and by a second event.

    Args:
        duration: duration of a clip in seconds.
        event_to_background_ratio: the lowest and the highest ratio in dB; drawn uniformly for each event.
        shares: shares of `background`, `event` and `mixture` clips in training; not negative, divided by their sum.
        speed: the lowest and the highest speed of a recording in training, positive; drawn log-uniformly for each event
            and background.
        equaliser: dB, standard deviation of the random gains over frequency of each recording in training; 0 for none.
        excerpt: the lowest and the highest share of a recording that is used as an event in training, in (0, 1]; the
            recording is cropped at a random place.
        ratio_variation: lowest and highest change in dB; drawn uniformly and added to the ratio in training.
        second_event: share of the training mixtures that have a second event of another class, in [0, 1].
        fresh: whether every epoch has new training mixtures; otherwise all epochs have the same ones.

    Raises:
        UserError: an argument is out of range.
    """

    def __init__(
        self,
        duration: ClipSeconds,
        event_to_background_ratio: Pair[Decibels],
        shares: Shares,
        speed: Pair[Speed] = (1.0, 1.0),
        equaliser: DecibelSpread = 0.0,
        excerpt: Pair[ShareAboveZero] = (1.0, 1.0),
        ratio_variation: Pair[Decibels] = (0.0, 0.0),
        second_event: Share = 0.0,
        fresh: bool = True,
    ) -> None:
        if len(excerpt) != 2 or not 0 < excerpt[0] <= excerpt[1] <= 1:
            raise UserError(f"mixing.excerpt: is {list(excerpt)}; it needs [lowest, highest], above 0 and at most 1")
        if not 0 <= second_event <= 1:
            raise UserError(f"mixing.second_event: is {second_event:g}; it needs a share from 0 to 1")
        if len(speed) != 2 or not 0 < speed[0] <= speed[1]:
            raise UserError(f"mixing.speed: is {list(speed)}; it needs [lowest, highest], both positive")
        if equaliser < 0:
            raise UserError(f"mixing.equaliser: is {equaliser:g}; it needs dB of 0 or more")
        if set(shares) != set(KINDS) or min(shares.values()) < 0 or sum(shares.values()) <= 0:
            raise UserError(
                f"mixing.shares: needs {', '.join(KINDS)}, none negative and not all zero; it has {dict(shares)}"
            )
        self.duration = duration
        self.lowest_ratio, self.highest_ratio = check_ratio(event_to_background_ratio, "event_to_background_ratio")
        self.lowest_variation, self.highest_variation = check_ratio(ratio_variation, "ratio_variation")
        self.shares = np.array([shares[kind] for kind in KINDS], dtype=float)
        self.perturbation = RandomPerturbation(speed[0], speed[1], equaliser)
        self.shortest_crop, self.longest_crop = excerpt
        self.second_event = second_event
        self.fresh = fresh

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, for_evaluation: bool
    ) -> MixturePlan:
        """See `Recipe`. A clip for evaluation is one event in a background, and its recordings are not perturbed.

        Raises:
            UserError: a second event is configured, and there is only one class.
        """
        if self.second_event and len(bank.labels) < 2:
            raise UserError("mixing.second_event: needs two classes; name more in data.labels, or set it to 0")
        epoch_rng, rng = random_generator(seed, split, epoch), random_generator(seed, split, epoch, index)
        kind, turn = ("mixture", index) if for_evaluation else self._kind(index, clips)
        samples = round(self.duration * bank.sample_rate)
        background, start, perturbation = None, 0, UNPERTURBED
        if kind != "event":
            background, start, perturbation = self._background(bank, samples, rng, for_evaluation)
        events: tuple[EventPlan, ...] = ()
        if kind != "background":
            first = _round_robin(bank, epoch_rng, turn)
            events = (self._event(first, samples, rng, for_evaluation),)
            if kind == "mixture" and not for_evaluation and self.second_event and rng.random() < self.second_event:
                events += (self._event(_of_another_class(bank, first.label, rng), samples, rng, for_evaluation),)
        return MixturePlan(clip_filename(split, epoch, index), samples, background, start, perturbation, events)

    def _background(
        self, bank: Soundbank, samples: int, rng: np.random.Generator, for_evaluation: bool
    ) -> tuple[str, int, Perturbation]:
        """The `id` of a background, its first sample, and its perturbation."""
        chosen = bank.backgrounds[rng.integers(len(bank.backgrounds))]
        perturbation = UNPERTURBED if for_evaluation else self.perturbation.draw(rng)
        needed = math.ceil(samples * perturbation.speed)
        start = int(rng.integers(max(1, len(chosen.waveform) - needed + 1)))
        return chosen.id, start, perturbation

    def _event(self, recording: Recording, samples: int, rng: np.random.Generator, for_evaluation: bool) -> EventPlan:
        """A recording at a random onset in a clip of `samples` samples."""
        waveform = recording.waveform
        perturbation = UNPERTURBED if for_evaluation else self.perturbation.draw(rng)
        start, used = (0, len(waveform)) if for_evaluation else self._crop(waveform, rng)
        length = min(int(used / perturbation.speed), samples)
        onset = int(rng.integers(samples - length + 1))
        lowest, highest = (0.0, 0.0) if for_evaluation else (self.lowest_variation, self.highest_variation)
        ratio = float(rng.uniform(self.lowest_ratio + lowest, self.highest_ratio + highest))
        return EventPlan(recording.id, recording.label, onset, length, perturbation, ratio, start)

    def _crop(self, waveform: Tensor, rng: np.random.Generator) -> tuple[int, int]:
        """The first sample and the length of a random crop; the whole recording if the crop is a pause."""
        whole = 0, len(waveform)
        if self.shortest_crop == 1:
            return whole
        length = math.ceil(len(waveform) * rng.uniform(self.shortest_crop, self.longest_crop))
        start = int(rng.integers(len(waveform) - length + 1))
        is_pause = rms(waveform[start : start + length]) < 10 ** (PAUSE_LEVEL / 20) * rms(waveform)
        return whole if is_pause else (start, length)

    def _kind(self, index: int, clips: int) -> tuple[str, int]:
        """The kind of a clip, and its index among the clips of that kind."""
        ends = np.round(np.cumsum(self.shares) / self.shares.sum() * clips).astype(int)
        kind = int(np.searchsorted(ends, index, side="right"))
        return KINDS[kind], index - (int(ends[kind - 1]) if kind else 0)


def _round_robin(bank: Soundbank, rng: np.random.Generator, turn: int) -> Recording:
    """The recording of an event by its turn: classes in turn, and the recordings of each class in shuffled turn."""
    label = bank.labels[turn % len(bank.labels)]
    recordings = bank.events_of(label)
    round_, position = divmod(turn // len(bank.labels), len(recordings))
    order = rng.permuted(np.tile(np.arange(len(recordings)), (round_ + 1, 1)), axis=1)
    return recordings[int(order[round_, position])]


def _of_another_class(bank: Soundbank, label: str, rng: np.random.Generator) -> Recording:
    others = [other for other in bank.labels if other != label]
    recordings = bank.events_of(others[rng.integers(len(others))])
    return recordings[rng.integers(len(recordings))]
