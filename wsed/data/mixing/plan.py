"""Plan: which sounds make a mixture, decided from (seed, split, epoch, index) alone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wsed.data.mixing.playback import Playback


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
