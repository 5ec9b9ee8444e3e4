"""Plan: which sounds make a mixture, decided from (seed, split, epoch, index) alone."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from wsed.data.playback import Playback
from wsed.data.soundbank import Soundbank
from wsed.errors import UserError


@dataclass(frozen=True)
class EventPlan:
    """One event of a mixture.

    Attributes:
        recording: the `id` of its recording.
        label: its event class.
        onset: where it starts in the clip, in samples.
        samples: how long it lasts in the clip.
        playback: how the recording is played.
        event_to_background_ratio: dB, RMS of the event over its own duration to RMS of the background over the clip.
        start: first sample of the recording that is used.
    """

    recording: str
    label: str
    onset: int
    samples: int
    playback: Playback
    event_to_background_ratio: float
    start: int = 0


@dataclass(frozen=True)
class MixturePlan:
    """One mixture, before any sample of it exists.

    Attributes:
        filename: `SPLIT-EPOCH-INDEX.wav`.
        samples: its length.
        background: the `id` of its background recording, or None for a clip without one.
        background_start: first sample of the background's recording that is used.
        background_playback: how that recording is played.
        events: its events.
    """

    filename: str
    samples: int
    background: str | None
    background_start: int
    background_playback: Playback
    events: tuple[EventPlan, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "MixturePlan":
        """The inverse of `to_dict`."""
        events = tuple(EventPlan(**{**event, "playback": _playback(event["playback"])}) for event in values["events"])
        background_playback = _playback(values["background_playback"])
        return MixturePlan(**{**values, "events": events, "background_playback": background_playback})


def _playback(values: Mapping[str, Any]) -> Playback:
    return Playback(values["speed"], tuple(values["gains"]))


class Recipe(Protocol):
    """What mixtures are like. One file of `wsed/data/` and one YAML of `conf/mixing/` make a new one."""

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
            scored: for validation or test.
        """
        ...


def lowest_and_highest(ratio: Sequence[float], key: str) -> tuple[float, float]:
    """The two ends of a recipe's ratio in dB, which it has below `mixing`.

    Raises:
        UserError: it has not two, or the first is the larger.
    """
    if len(ratio) != 2 or ratio[0] > ratio[1]:
        raise UserError(f"mixing.{key}: is {list(ratio)}; it needs [lowest, highest] in dB")
    return ratio[0], ratio[1]


def filename(split: str, epoch: int, index: int) -> str:
    """What a clip is called."""
    return f"{split}-{epoch}-{index:06d}.wav"


def random_of(seed: int, split: str, epoch: int, *index: int) -> np.random.Generator:
    """The random numbers of a set, or, with its index, of one of its clips."""
    return np.random.default_rng([seed, zlib.crc32(split.encode()), epoch, *index])
