"""Clip-level scores."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from wsed.metrics.counts import Counts
from wsed.metrics.threshold_free import Ranking


def tag_ranking(labels: Sequence[str], clip_probs: Tensor, weak: Tensor) -> Ranking:
    """AT-mAP (over classes and over all tags at once) and area under the ROC.

    Args:
        labels: event classes.
        clip_probs: `(clip, class)` in [0, 1].
        weak: `(clip, class)` 0/1.
    """
    return Ranking(labels, clip_probs, weak, torch.arange(len(clip_probs)), ("ap", "auroc"))


def tag_counts(labels: Sequence[str], clip_probs: Tensor, weak: Tensor, thresholds: Mapping[str, float]) -> Counts:
    """Tags above their threshold, for F1, precision and recall.

    `macro` F1 is the mean of the classes' F1; DCASE 2017's script makes it of the mean precision and the mean recall.

    Args:
        labels: event classes.
        clip_probs: `(clip, class)` in [0, 1].
        weak: `(clip, class)` 0/1.
        thresholds: by label; a tag is set where the probability is above.
    """
    truth = weak.double().numpy()
    tagged = (clip_probs.double() > torch.tensor([thresholds[label] for label in labels]).double()).double().numpy()
    return Counts(tuple(labels), truth, tagged, truth * tagged, None, ("f1", "precision", "recall"))
