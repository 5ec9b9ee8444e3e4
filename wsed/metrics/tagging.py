"""Clip-level scores."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torchmetrics.functional.classification import binary_average_precision


def average_precision(probs: Tensor, target: Tensor, labels: Sequence[str]) -> dict[str, float]:
    """Average precision of each class (area under the step curve of precision over recall).

    Args:
        probs: `(item, class)` in [0, 1]; items are clips, or frames of all clips.
        target: `(item, class)` 0/1.
        labels: event classes.

    Returns:
        By label; a class without a positive item is left out, since it has no recall.
    """
    return {
        label: float(binary_average_precision(probs[:, index], target[:, index].long()))
        for index, label in enumerate(labels)
        if target[:, index].any()
    }


def tagging_scores(clip_probs: Tensor, weak: Tensor, labels: Sequence[str]) -> dict[str, float]:
    """AT-mAP, the mean over classes, and each class's average precision.

    Args:
        clip_probs: `(clip, class)` in [0, 1].
        weak: `(clip, class)` 0/1.
        labels: event classes.

    Returns:
        `tagging/map` and `tagging/class/LABEL/ap`.
    """
    values = average_precision(clip_probs, weak, labels)
    return {
        "tagging/map": float(torch.tensor(list(values.values())).mean()),
        **{f"tagging/class/{label}/ap": value for label, value in values.items()},
    }
