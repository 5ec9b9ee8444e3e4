"""Plan: which sounds make a mixture, decided from (seed, split, epoch, index) alone."""

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from wsed.data.soundbank import Recording, Soundbank
from wsed.errors import UserError

KINDS = ("background", "event", "mixture")


@dataclass(frozen=True)
class EventPlan:
    """One event of a mixture.

    Attributes:
        recording: the `id` of its recording.
        label: its event class.
        onset: where it starts in the clip, in samples.
        samples: how long it lasts in the clip; the recording is played from its first sample.
        speed: how fast the recording is played, which shifts its pitch as well; 1 as recorded.
        event_to_background_ratio: dB, RMS of the event over its own duration to RMS of the background over the clip.
    """

    recording: str
    label: str
    onset: int
    samples: int
    speed: float
    event_to_background_ratio: float


@dataclass(frozen=True)
class MixturePlan:
    """One mixture, before any sample of it exists.

    Attributes:
        filename: `SPLIT-EPOCH-INDEX.wav`.
        samples: its length.
        background: the `id` of its background recording, or None for a clip without one.
        background_start: first sample of the background's recording that is used.
        background_speed: how fast that recording is played.
        events: its events.
    """

    filename: str
    samples: int
    background: str | None
    background_start: int
    background_speed: float
    events: tuple[EventPlan, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "MixturePlan":
        """The inverse of `to_dict`."""
        return MixturePlan(**{**values, "events": tuple(EventPlan(**event) for event in values["events"])})


class JscRecipe:
    """The mixtures of Kong 2018: at most one event in at most one background, at a random onset.

    A set's first clips are background alone, the next a single event alone, the last an event in a background, in the
    given shares. The published code takes a third of each, so that two thirds of the clips carry one of the labels
    {events, background} and one third carries two; the paper's text has the two swapped. Events go round the classes,
    and within a class round its recordings, so that a set is balanced.

    Args:
        duration: seconds of a clip.
        event_to_background_ratio: dB, lowest and highest; drawn evenly between them for each mixture.
        shares: of `background`, `event` and `mixture` clips in training; not negative, they are divided by their sum.
        speed: lowest and highest at which a recording is played in training, positive; drawn evenly on a logarithmic
            scale for each event and background. Clips that are scored play every recording as it is.
    """

    def __init__(
        self,
        duration: float,
        event_to_background_ratio: Sequence[float],
        shares: Mapping[str, float],
        speed: Sequence[float] = (1.0, 1.0),
    ) -> None:
        self.duration = duration
        if len(event_to_background_ratio) != 2:
            given = list(event_to_background_ratio)
            raise UserError(f"mixing.event_to_background_ratio: is {given}; it needs [lowest, highest] in dB")
        self.lowest, self.highest = event_to_background_ratio
        if len(speed) != 2 or not 0 < speed[0] <= speed[1]:
            raise UserError(f"mixing.speed: is {list(speed)}; it needs [lowest, highest], both positive")
        self.speed = np.log(speed)
        if set(shares) != set(KINDS) or min(shares.values()) < 0 or sum(shares.values()) <= 0:
            raise UserError(
                f"mixing.shares: needs {', '.join(KINDS)}, none negative and not all zero; it has {dict(shares)}"
            )
        self.shares = np.array([shares[kind] for kind in KINDS], dtype=float)

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, scored: bool
    ) -> MixturePlan:
        """Plans one clip. Pure: equal arguments give equal plans, in any process, in any order.

        Args:
            bank: the recordings of the split.
            seed: of the whole data set.
            split: name of the split.
            epoch: which of the split's sets; a fixed set is epoch 0.
            index: which clip of the set, from 0.
            clips: how many clips the set has.
            scored: for validation or test; every clip is an event in a background, and plays as recorded.
        """
        name = zlib.crc32(split.encode())
        of_set = np.random.default_rng([seed, name, epoch])
        rng = np.random.default_rng([seed, name, epoch, index])
        kind, place = ("mixture", index) if scored else self._kind(index, clips)
        samples = round(self.duration * bank.sample_rate)
        background, start, background_speed = None, 0, 1.0
        if kind != "event":
            chosen = bank.backgrounds[rng.integers(len(bank.backgrounds))]
            background = chosen.id
            background_speed = self._speed(rng, scored)
            start = int(rng.integers(max(1, len(chosen.samples) - math.ceil(samples * background_speed) + 1)))
        events: tuple[EventPlan, ...] = ()
        if kind != "background":
            recording = _round_robin(bank, of_set, place)
            speed = self._speed(rng, scored)
            length = min(int(len(recording.samples) / speed), samples)
            onset = int(rng.integers(samples - length + 1))
            ratio = float(rng.uniform(self.lowest, self.highest))
            events = (EventPlan(recording.id, recording.label, onset, length, speed, ratio),)
        return MixturePlan(f"{split}-{epoch}-{index:06d}.wav", samples, background, start, background_speed, events)

    def _speed(self, rng: np.random.Generator, scored: bool) -> float:
        return 1.0 if scored else float(np.exp(rng.uniform(*self.speed)))

    def _kind(self, index: int, clips: int) -> tuple[str, int]:
        """The kind of a clip, and its place among the clips of that kind."""
        ends = np.round(np.cumsum(self.shares) / self.shares.sum() * clips).astype(int)
        kind = int(np.searchsorted(ends, index, side="right"))
        return KINDS[kind], index - (int(ends[kind - 1]) if kind else 0)


def _round_robin(bank: Soundbank, rng: np.random.Generator, place: int) -> Recording:
    """The recording of the event at `place`: classes in turn, and each class's recordings in shuffled turn."""
    label = bank.labels[place % len(bank.labels)]
    recordings: Sequence[Recording] = [recording for recording in bank.events if recording.label == label]
    turn, position = divmod(place // len(bank.labels), len(recordings))
    order = rng.permuted(np.tile(np.arange(len(recordings)), (turn + 1, 1)), axis=1)
    return recordings[int(order[turn, position])]
