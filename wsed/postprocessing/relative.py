"""Thresholds relative to the scores of each clip, for systems that were trained on tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from wsed.checks.ranges import Share
from wsed.postprocessing.thresholds import PerClass, Thresholds, of_class

NARROWEST = 2.0
"""Log-odds. The range of a clip begins at least so far below its highest score: in a clip that is all event, scores
hardly differ, and what difference they have says nothing."""

CLOSEST = 2.0**-24
"""Probabilities are at least so far from 0 and 1, so that their log-odds are finite: half a step of float32 below 1."""


@dataclass(frozen=True)
class RelativeThresholds(Thresholds):
    """Looks for the events of a class only in clips that have it, with a threshold relative to the clip's scores.

    A system that learns from tags alone is free to choose the level of its frame probabilities: that of a mean over
    frequency depends on how many bands an event fills, and attention lets single frames saturate. What it learns is
    whether a clip has a class, and which of its frames have more of it than others. See `relative_scores`.

    Attributes:
        clip_threshold: `clip_score` above which a clip may have events of a class, in [0, 1].
    """

    clip_threshold: PerClass[Share]
    needs_tags: ClassVar[bool] = True

    def calibrate(self, frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str]) -> Tensor:
        """See `Postprocessing`."""
        return relative_scores(frame_probs, clip_probs, labels, self.clip_threshold)


def relative_scores(
    frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str], clip_threshold: float | Mapping[str, float]
) -> Tensor:
    """Where a frame lies between the lowest and the highest score of its clip; 0 in clips without the class.

    The mean of its place between two probabilities and of its place between their log-odds. Each alone is too coarse
    for some systems: where frames saturate, almost all lie near the highest probability; where most of a clip is close
    to 0, much of the range of log-odds is below any event. If the two differ by less than `NARROWEST`, the range begins
    so far below the highest.

    Args:
        frame_probs: `(batch, class, time)` in [0, 1].
        clip_probs: `(batch, class)` in [0, 1].
        labels: event classes in the order of the `class` axis.
        clip_threshold: a clip has a class if its `clip_score` is above this value, which may be one for each label.

    Returns:
        `(batch, class, time)` in [0, 1]; 1 at the maximum in each clip with the class.
    """
    limits = [of_class(clip_threshold, label) for label in labels]
    found = clip_score(frame_probs, clip_probs) > torch.tensor(limits, dtype=torch.float64, device=clip_probs.device)
    log_odds = torch.logit(frame_probs.double(), CLOSEST)
    highest = log_odds.amax(2, keepdim=True)
    lowest = torch.minimum(log_odds.amin(2, keepdim=True), highest - NARROWEST)
    place = (_place(log_odds, lowest, highest) + _place(log_odds.sigmoid(), lowest.sigmoid(), highest.sigmoid())) / 2
    return (place * found[:, :, None]).to(frame_probs.dtype)


def _place(values: Tensor, lowest: Tensor, highest: Tensor) -> Tensor:
    """0 for the lowest value, 1 for the highest."""
    # In this form, rounding cannot take the highest value away from exactly 1.
    return 1 - (highest - values) / (highest - lowest)


def clip_score(frame_probs: Tensor, clip_probs: Tensor) -> Tensor:
    """Whether a clip has a class, as the geometric mean of its clip probability and its largest frame probability.

    One of the two may tell little: in a system with strong and weak outputs, the weak one learns with a small weight;
    in one that learns from tags, the level of frames is free.

    Args:
        frame_probs: `(batch, class, time)` in [0, 1].
        clip_probs: `(batch, class)` in [0, 1].

    Returns:
        `(batch, class)` float64 in [0, 1].
    """
    return (frame_probs.double().amax(2) * clip_probs.double()).sqrt()
