"""What a system predicts about a batch, and the ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor


class Event(NamedTuple):
    """One occurrence of an event class. Onset and offset are seconds from the start of the clip."""

    onset: float
    offset: float
    event_label: str


@dataclass
class Prediction:
    """Probabilities in [0, 1].

    Attributes:
        clip_probs: `(batch, class)`, presence in the clip.
        frame_probs: `(batch, class, time)`, presence per frame.
        masks: `(batch, class, time, freq)`, share of each cell that belongs to the class; None for a system that does
            not separate.
        background_probs: `(batch,)`, presence of a background; None for a system that does not model it.
        background_mask: `(batch, time, freq)`, share of each cell that belongs to the background; None likewise.
        valid: `(batch, time)` bool, False in frames that are padding; None where no clip is padded.
        segments: `(batch, class, time, freq)`, what losses on masks compare, where that is not `masks` itself.
    """

    clip_probs: Tensor
    frame_probs: Tensor
    masks: Tensor | None = None
    background_probs: Tensor | None = None
    background_mask: Tensor | None = None
    valid: Tensor | None = None
    segments: Tensor | None = None

    def drawn_masks(self) -> Tensor:
        """The masks of the classes, then that of the background if the system has one: `(batch, class, time, freq)`.

        The frame probabilities with a `freq` axis of 1 for a system without masks.
        """
        if self.masks is None:
            return self.frame_probs[..., None]
        if self.background_mask is None:
            return self.masks
        return torch.cat([self.masks, self.background_mask[:, None]], 1)


@dataclass
class Target:
    """Everything that a batch knows about its clips, for loss terms.

    A system fills in all fields. Code that calls a loss term directly needs only the fields that the term reads.

    Attributes:
        weak: `(batch, class)` 0/1, the tags of each clip.
        background: `(batch,)` 0/1, whether the clip has a background.
        events: strong labels of each clip; an empty list where they are not known.
        has_strong: `(batch,)` bool, whether strong labels of the clip are known.
        durations: `(batch,)`, seconds of each clip without padding.
        valid: `(batch, time)` bool, False in frames that are padding; None where no clip is padded.
        labels: event classes in the order of the `class` axis.
        frames: size of the `time` axis.
        frames_per_second: frame rate of the features.
        source_magnitudes: `(batch, class, time, freq)`, mel magnitudes of the part that each class and, as the last
            class, the background adds to the mixture; None where they are not known.
    """

    weak: Tensor
    background: Tensor
    events: Sequence[Sequence[Event]] = ()
    has_strong: Tensor | None = None
    durations: Tensor | None = None
    valid: Tensor | None = None
    labels: Sequence[str] = ()
    frames: int = 0
    frames_per_second: float = 0.0
    source_magnitudes: Tensor | None = None

    @cached_property
    def strong(self) -> Tensor:
        """Strong labels `(batch, class, time)` 0/1, all 0 in clips that have none; computed at the first access."""
        clips = [frame_targets(events, self.labels, self.frames, self.frames_per_second) for events in self.events]
        return torch.stack(clips).to(self.weak)


def frame_targets(
    events: Sequence[Event], labels: Sequence[str], frames: int, frames_per_second: float, last_frame: bool = True
) -> Tensor:
    """Activity per frame: frame `t` covers the time from `t` to `t + 1` hops, and is active where an event touches it.

    An event makes frames `int(onset * frames_per_second)` to `int(offset * frames_per_second)` active, both included,
    as in the published code of Kong 2019. That of Kong 2018 leaves out the last one.

    Args:
        events: strong labels of a clip.
        labels: event classes.
        frames: number of frames in the result.
        frames_per_second: frame rate of the features.
        last_frame: whether the frame in which an event ends is active.

    Returns:
        `(class, time)` 0/1.
    """
    target = torch.zeros(len(labels), frames)
    for event in events:
        first, last = int(event.onset * frames_per_second), int(event.offset * frames_per_second)
        target[labels.index(event.event_label), first : last + last_frame] = 1
    return target
