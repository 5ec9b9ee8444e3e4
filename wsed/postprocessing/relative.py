"""Thresholds relative to the largest frame of a clip, for systems that were trained on tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from wsed.postprocessing.thresholds import Thresholds, of_class


@dataclass(frozen=True)
class RelativeThresholds(Thresholds):
    """Looks for the events of a class only in clips that have its tag, with a threshold relative to its largest score.

    A system that learns from tags alone is free to choose the level of its frame probabilities: that of a mean over
    frequency depends on how many bands an event fills. What it learns is whether a clip has a class, and which of its
    frames have more of it than others. See `relative_scores`; the arguments are those of `Thresholds`.
    """

    needs_tags: ClassVar[bool] = True

    def calibrate(self, frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str]) -> Tensor:
        """See `Postprocessing`."""
        return relative_scores(frame_probs, clip_probs, labels, self.tag_threshold)


def relative_scores(
    frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str], tag_threshold: float | Mapping[str, float]
) -> Tensor:
    """Frame probabilities divided by their maximum in the clip, and 0 in clips without the tag.

    Args:
        frame_probs: `(batch, class, time)` in [0, 1].
        clip_probs: `(batch, class)` in [0, 1].
        labels: event classes in the order of the `class` axis.
        tag_threshold: a clip has a tag if its probability is above this value, which may be one for each label.

    Returns:
        `(batch, class, time)` in [0, 1]; 1 at the maximum in each clip with the tag.
    """
    limits = [of_class(tag_threshold, label) for label in labels]
    tagged = clip_probs.double() > torch.tensor(limits, dtype=torch.float64, device=clip_probs.device)
    largest = frame_probs.amax(2, keepdim=True).clamp_min(torch.finfo(frame_probs.dtype).tiny)
    return frame_probs / largest * tagged[:, :, None]
