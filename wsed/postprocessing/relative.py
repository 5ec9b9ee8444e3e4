"""Thresholds relative to the scores of each clip, for systems that were trained on tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from wsed.postprocessing.thresholds import Thresholds, of_class

SMALLEST = 1e-6
"""Probabilities are taken to be at least this far from 0 and 1."""

NARROWEST = 2.0
"""The smallest range of log-odds that a threshold divides; in a clip that is all event, scores hardly differ."""


@dataclass(frozen=True)
class RelativeThresholds(Thresholds):
    """Looks for the events of a class only in clips that have its tag, with a threshold relative to the clip's scores.

    A system that learns from tags alone is free to choose the level of its frame probabilities: that of a mean over
    frequency depends on how many bands an event fills, and attention lets single frames saturate. What it learns is
    whether a clip has a class, and which of its frames have more of it than others. See `relative_scores`; the arguments
    are those of `Thresholds`.
    """

    needs_tags: ClassVar[bool] = True

    def calibrate(self, frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str]) -> Tensor:
        """See `Postprocessing`."""
        return relative_scores(frame_probs, clip_probs, labels, self.tag_threshold)


def relative_scores(
    frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str], tag_threshold: float | Mapping[str, float]
) -> Tensor:
    """Where the log-odds of a frame lie between the lowest and the highest of its clip; 0 in clips without the tag.

    If they differ by less than `NARROWEST`, the range begins so far below the highest.

    Args:
        frame_probs: `(batch, class, time)` in [0, 1].
        clip_probs: `(batch, class)` in [0, 1].
        labels: event classes in the order of the `class` axis.
        tag_threshold: a clip has a tag if its probability is above this value, which may be one for each label.

    Returns:
        `(batch, class, time)` in [0, 1]; 1 at the maximum in each clip with the tag, unless all its frames are 0.
    """
    limits = [of_class(tag_threshold, label) for label in labels]
    tagged = clip_probs.double() > torch.tensor(limits, dtype=torch.float64, device=clip_probs.device)
    log_odds = torch.logit(frame_probs, SMALLEST)
    highest = log_odds.amax(2, keepdim=True)
    span = (highest - log_odds.amin(2, keepdim=True)).clamp_min(NARROWEST)
    found = tagged & (frame_probs.amax(2) > 0)
    return (1 - (highest - log_odds) / span) * found[:, :, None]
