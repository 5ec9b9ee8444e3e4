"""The mixtures of Kong 2018."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from wsed.data.mixing.base import filename, lowest_and_highest, random_of
from wsed.data.mixing.plan import EventPlan, MixturePlan
from wsed.data.mixing.playback import AS_RECORDED, Variation
from wsed.data.mixing.render import rms
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError

PAUSE = -20.0
"""dB to the RMS of a recording, below which an excerpt is a pause in the event."""

KINDS = ("background", "event", "mixture")


class SingleEvent:
    """The mixtures of Kong 2018: at most one event in at most one background, at a random onset.

    A set's first clips are background alone, the next a single event alone, the last an event in a background, in the
    given shares. The published code takes a third of each, so that two thirds of the clips carry one of the labels
    {events, background} and one third carries two; the paper's text has the two swapped. Events go round the classes,
    and within a class round its recordings, so that a set is balanced. Training mixtures may vary more than those that
    are scored: in their ratio, in how recordings sound, and by a second event.

    Args:
        duration: seconds of a clip.
        event_to_background_ratio: dB, lowest and highest; drawn evenly between them for each mixture.
        shares: of `background`, `event` and `mixture` clips in training; not negative, they are divided by their sum.
        speed: lowest and highest at which a recording is played in training, positive; drawn for each event and
            background evenly on a logarithmic scale. Clips that are scored play every recording as it is.
        equaliser: dB, spread of the gains over frequency that each recording gets in training; 0 for none.
        excerpt: lowest and highest share of a recording that an event has in training, in (0, 1]; from anywhere in it.
        ratio_variation: dB, lowest and highest; drawn evenly between them and added to the ratio in training.
        second_event: share of the training mixtures that get a second event, of another class, in [0, 1].
    """

    def __init__(
        self,
        duration: float,
        event_to_background_ratio: Sequence[float],
        shares: Mapping[str, float],
        speed: Sequence[float] = (1.0, 1.0),
        equaliser: float = 0.0,
        excerpt: Sequence[float] = (1.0, 1.0),
        ratio_variation: Sequence[float] = (0.0, 0.0),
        second_event: float = 0.0,
    ) -> None:
        self.duration = duration
        self.lowest, self.highest = lowest_and_highest(event_to_background_ratio, "event_to_background_ratio")
        if len(excerpt) != 2 or not 0 < excerpt[0] <= excerpt[1] <= 1:
            raise UserError(f"mixing.excerpt: is {list(excerpt)}; it needs [lowest, highest], above 0 and at most 1")
        self.shortest, self.longest = excerpt
        self.softer, self.louder = lowest_and_highest(ratio_variation, "ratio_variation")
        if not 0 <= second_event <= 1:
            raise UserError(f"mixing.second_event: is {second_event:g}; it needs a share from 0 to 1")
        self.second_event = second_event
        if len(speed) != 2 or not 0 < speed[0] <= speed[1]:
            raise UserError(f"mixing.speed: is {list(speed)}; it needs [lowest, highest], both positive")
        if equaliser < 0:
            raise UserError(f"mixing.equaliser: is {equaliser:g}; it needs dB of 0 or more")
        self.variation = Variation(speed[0], speed[1], equaliser)
        if set(shares) != set(KINDS) or min(shares.values()) < 0 or sum(shares.values()) <= 0:
            raise UserError(
                f"mixing.shares: needs {', '.join(KINDS)}, none negative and not all zero; it has {dict(shares)}"
            )
        self.shares = np.array([shares[kind] for kind in KINDS], dtype=float)

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, scored: bool
    ) -> MixturePlan:
        """See `Recipe`. A clip that is scored is an event in a background, and plays as recorded.

        Raises:
            UserError: a second event is asked for, and there is one class.
        """
        if self.second_event and len(bank.labels) < 2:
            raise UserError("mixing.second_event: needs two classes; name more in data.labels, or set it to 0")
        of_set, rng = random_of(seed, split, epoch), random_of(seed, split, epoch, index)
        kind, place = ("mixture", index) if scored else self._kind(index, clips)
        samples = round(self.duration * bank.sample_rate)
        background, start, background_playback = None, 0, AS_RECORDED
        if kind != "event":
            chosen = bank.backgrounds[rng.integers(len(bank.backgrounds))]
            background = chosen.id
            background_playback = AS_RECORDED if scored else self.variation.draw(rng)
            needed = math.ceil(samples * background_playback.speed)
            start = int(rng.integers(max(1, len(chosen.samples) - needed + 1)))
        events: tuple[EventPlan, ...] = ()
        if kind != "background":
            first = _round_robin(bank, of_set, place)
            events = (self._event(first, samples, rng, scored),)
            if kind == "mixture" and not scored and self.second_event and rng.random() < self.second_event:
                events += (self._event(_of_another_class(bank, first.label, rng), samples, rng, scored),)
        return MixturePlan(filename(split, epoch, index), samples, background, start, background_playback, events)

    def _event(self, recording: Recording, samples: int, rng: np.random.Generator, scored: bool) -> EventPlan:
        """A recording somewhere in a clip of so many samples."""
        playback = AS_RECORDED if scored else self.variation.draw(rng)
        start, used = (0, len(recording.samples)) if scored else self._excerpt(recording.samples, rng)
        length = min(int(used / playback.speed), samples)
        onset = int(rng.integers(samples - length + 1))
        softer, louder = (0.0, 0.0) if scored else (self.softer, self.louder)
        ratio = float(rng.uniform(self.lowest + softer, self.highest + louder))
        return EventPlan(recording.id, recording.label, onset, length, playback, ratio, start)

    def _excerpt(self, sound: Tensor, rng: np.random.Generator) -> tuple[int, int]:
        """First sample and length of a part of a sound; of all of it where the part is a pause."""
        whole = 0, len(sound)
        if self.shortest == 1:
            return whole
        length = math.ceil(len(sound) * rng.uniform(self.shortest, self.longest))
        start = int(rng.integers(len(sound) - length + 1))
        is_pause = rms(sound[start : start + length]) < 10 ** (PAUSE / 20) * rms(sound)
        return whole if is_pause else (start, length)

    def _kind(self, index: int, clips: int) -> tuple[str, int]:
        """The kind of a clip, and its place among the clips of that kind."""
        ends = np.round(np.cumsum(self.shares) / self.shares.sum() * clips).astype(int)
        kind = int(np.searchsorted(ends, index, side="right"))
        return KINDS[kind], index - (int(ends[kind - 1]) if kind else 0)


def _round_robin(bank: Soundbank, rng: np.random.Generator, place: int) -> Recording:
    """The recording of the event at `place`: classes in turn, and each class's recordings in shuffled turn."""
    label = bank.labels[place % len(bank.labels)]
    recordings = bank.of(label)
    turn, position = divmod(place // len(bank.labels), len(recordings))
    order = rng.permuted(np.tile(np.arange(len(recordings)), (turn + 1, 1)), axis=1)
    return recordings[int(order[turn, position])]


def _of_another_class(bank: Soundbank, label: str, rng: np.random.Generator) -> Recording:
    others = [other for other in bank.labels if other != label]
    recordings = bank.of(others[rng.integers(len(others))])
    return recordings[rng.integers(len(recordings))]
