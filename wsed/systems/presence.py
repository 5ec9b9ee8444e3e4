"""Sharing of masks among classes, according to the presence of each class in the clip."""

import torch
from torch import Tensor


def share_by_presence(masks: Tensor, clip_probs: Tensor, power: float) -> Tensor:
    """Moves the share of absent classes in each cell to the classes that are present.

    A network that is trained on tags learns which classes a clip has far better than which class a cell belongs to.
    Kong 2019 (published code) removes the masks of classes with a clip probability below 0.1. Here the sum of the masks
    in each cell is kept, and divided among the classes in proportion to the mask times a power of the clip probability:

        shared_k = min(1, sum_j(masks_j) * masks_k * probs_k^power / sum_j(masks_j * probs_j^power))

    Args:
        masks: `(batch, class, time, freq)` in [0, 1].
        clip_probs: `(batch, class)` in [0, 1].
        power: 0 or more; masks do not change if it is 0, or if all clip probabilities are equal.

    Returns:
        `(batch, class, time, freq)` in [0, 1].
    """
    smallest = torch.finfo(masks.dtype).tiny
    relative = clip_probs / clip_probs.amax(1, keepdim=True).clamp_min(smallest)
    weighted = masks * relative[:, :, None, None] ** power
    return (masks.sum(1, keepdim=True) * weighted / weighted.sum(1, keepdim=True).clamp_min(smallest)).clamp(max=1)
