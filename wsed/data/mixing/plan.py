"""Plans of mixtures, which name their recordings and describe how to mix them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wsed.data.mixing.perturbation import Perturbation


@dataclass(frozen=True)
class EventPlan:
    """One event of a mixture.

    Attributes:
        recording: `id` of the recording.
        label: event class.
        onset: first sample of the event in the clip.
        samples: number of samples of the event.
        perturbation: perturbation of the recording.
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
        samples: number of samples of the mixture.
        background: `id` of the background recording; None for a clip without a background.
        background_start: first sample of the background recording that is used.
        background_perturbation: perturbation of the background recording.
        events: events of the mixture.
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
            KeyError, TypeError: the values are not a plan of this version.
        """
        events = tuple(
            EventPlan(**{**event, "perturbation": _perturbation(event["perturbation"])}) for event in values["events"]
        )
        background = _perturbation(values["background_perturbation"])
        return MixturePlan(**{**values, "events": events, "background_perturbation": background})


def _perturbation(values: Mapping[str, Any]) -> Perturbation:
    return Perturbation(values["speed"], tuple(values["gains"]))
