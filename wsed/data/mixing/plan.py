"""Plans of mixtures, which name their recordings and describe how to mix them."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any

import pydantic
from annotated_types import Interval, Len

from wsed.checks.names import shortened
from wsed.data.mixing.perturbation import Perturbation
from wsed.errors import UserError

Samples = Annotated[int, Interval(ge=1, le=10**10)]
SamplesFromZero = Annotated[int, Interval(ge=0, le=10**10)]
Name = Annotated[str, Len(1, 1000)]


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

    recording: Name
    label: Name
    onset: SamplesFromZero
    samples: Samples
    perturbation: Perturbation
    event_to_background_ratio: Annotated[float, Interval(ge=-1000, le=1000)]
    start: SamplesFromZero = 0


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

    filename: Name
    samples: Samples
    background: Name | None
    background_start: SamplesFromZero
    background_perturbation: Perturbation
    events: tuple[EventPlan, ...]

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON types."""
        return asdict(self)

    @staticmethod
    def from_json(text: str) -> "MixturePlan":
        """The inverse of `to_dict`, from JSON. Types and ranges are checked, and that all events lie in the clip.

        Raises:
            UserError: the text is not a plan of this version; the message has no place.
        """
        try:
            plan = _adapter().validate_json(text, strict=True)
        except pydantic.ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, wrong["loc"]))
            raise UserError(f"{shortened(place)}: {shortened(wrong['msg'])}") from error
        for number, event in enumerate(plan.events):
            if event.onset + event.samples > plan.samples:
                raise UserError(f"events.{number}: ends after the {plan.samples} samples of the clip")
        return plan


@cache
def _adapter() -> "pydantic.TypeAdapter[MixturePlan]":
    return pydantic.TypeAdapter(MixturePlan)
