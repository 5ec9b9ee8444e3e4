"""Thresholds relative to the loudest frame of a clip, for systems that were trained on tags."""

from collections.abc import Sequence
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
    frames have more of it than others. So the frame probabilities of each class are divided by their maximum in the
    clip, and are 0 where the probability of the clip is not above `tag_threshold`. The arguments are those of
    `Thresholds`.
    """

    needs_tags: ClassVar[bool] = True

    def calibrate(self, frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str]) -> Tensor:
        """See `Postprocessing`."""
        thresholds = torch.tensor([of_class(self.tag_threshold, label) for label in labels]).to(clip_probs)
        largest = frame_probs.amax(2, keepdim=True).clamp_min(torch.finfo(frame_probs.dtype).tiny)
        return frame_probs / largest * (clip_probs > thresholds)[:, :, None]
