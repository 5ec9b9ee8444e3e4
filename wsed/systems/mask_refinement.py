"""Masks shared out anew by what is in the clip."""

import torch
from torch import Tensor


def share_by_presence(masks: Tensor, clip_probs: Tensor, power: float) -> Tensor:
    """Gives cells that absent classes hold to those that are there.

    From clip labels a network learns which classes a clip holds far better than which class a cell belongs to. Kong
    2019 (published code) takes the masks of classes with a clip probability below 0.1 away; here what all classes hold
    of a cell stays, and is shared in proportion to mask times clip probability to a power:

        shared_k = min(1, sum_j(masks_j) * masks_k * probs_k^power / sum_j(masks_j * probs_j^power))

    Args:
        masks: `(batch, class, time, freq)` in [0, 1].
        clip_probs: `(batch, class)` in [0, 1].
        power: 0 or more; 0 and equal clip probabilities leave masks as they are.

    Returns:
        `(batch, class, time, freq)` in [0, 1].
    """
    smallest = torch.finfo(masks.dtype).tiny
    relative = clip_probs / clip_probs.amax(1, keepdim=True).clamp_min(smallest)
    weighted = masks * relative[:, :, None, None] ** power
    return (masks.sum(1, keepdim=True) * weighted / weighted.sum(1, keepdim=True).clamp_min(smallest)).clamp(max=1)
