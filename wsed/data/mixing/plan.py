"""Plans: which recordings make a mixture, before any sample of it exists."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wsed.data.mixing.perturbation import Perturbation


@dataclass(frozen=True)
class EventPlan:
    """One event of a mixture.

    Attributes:
        recording: the `id` of its recording.
        label: its event class.
        onset: its first sample in the clip.
        samples: its length in the clip.
        perturbation: how the recording is changed.
        event_to_background_ratio: dB, RMS of the event over its own duration to RMS of the background over the clip.
        start: the first sample of the recording that is used.
    """

    recording: str
    label: str
    onset: int
    samples: int
    perturbation: Perturbation
    event_to_background_ratio: float
    start: int = 0


@dataclass(frozen=True)
class MixturePlan:
    """One mixture. It can be saved as JSON and rendered again to the same bits.

    Attributes:
        filename: `SPLIT-EPOCH-INDEX.wav`.
        samples: its length.
        background: the `id` of its background recording; None for a clip without a background.
        background_start: the first sample of the background recording that is used.
        background_perturbation: how the background recording is changed.
        events: its events.
    """

    filename: str
    samples: int
    background: str | None
    background_start: int
    background_perturbation: Perturbation
    events: tuple[EventPlan, ...]

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON types."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "MixturePlan":
        """The inverse of `to_dict`.

        Raises:
            KeyError, TypeError: the values are no plan of this version.
        """
        events = tuple(
            EventPlan(**{**event, "perturbation": _perturbation(event["perturbation"])}) for event in values["events"]
        )
        background = _perturbation(values["background_perturbation"])
        return MixturePlan(**{**values, "events": events, "background_perturbation": background})


def _perturbation(values: Mapping[str, Any]) -> Perturbation:
    return Perturbation(values["speed"], tuple(values["gains"]))
