"""What a system says about a batch, and what is true of it."""

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor


class Event(NamedTuple):
    """One sounding of an event class. Onset and offset are seconds from the start of the clip."""

    onset: float
    offset: float
    event_label: str


@dataclass
class Prediction:
    """Probabilities in [0, 1].

    Attributes:
        clip_probs: `(batch, class)`, presence in the clip.
        frame_probs: `(batch, class, time)`, presence per frame.
        masks: `(batch, class, time, freq)`, share of each cell that belongs to the class; None for a system that
            does not separate.
        background_probs: `(batch,)`, presence of a background; None for a system that does not model it.
        background_mask: `(batch, time, freq)`, the background's share of each cell; None likewise.
        valid: `(batch, time)` bool, False where the clip is padding; None where nothing is.
    """

    clip_probs: Tensor
    frame_probs: Tensor
    masks: Tensor | None = None
    background_probs: Tensor | None = None
    background_mask: Tensor | None = None
    valid: Tensor | None = None


@dataclass
class Target:
    """What a prediction is trained towards, 0/1.

    Attributes:
        weak: `(batch, class)`.
        background: `(batch,)`.
    """

    weak: Tensor
    background: Tensor
