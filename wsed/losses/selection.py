"""Which classes of a clip count as active, to losses on masks."""

from typing import Literal

import torch
from torch import Tensor

from wsed.prediction import Prediction, Target

Selection = Literal["label", "top"]


def active(prediction: Prediction, target: Target, select: Selection, k: int) -> Tensor:
    """The active classes of each clip (Liu et al. 2022, section 3).

    Args:
        prediction: its clip probabilities are looked at, but not trained through.
        target: its tags.
        select: `label`: the clip's tags (label-guided); `top`: the `k` largest clip probabilities (self-supervised).
        k: of `top`; all classes where there are fewer.

    Returns:
        `(batch, class)` bool.
    """
    if select == "label":
        return target.weak > 0
    probs = prediction.clip_probs.detach()
    largest = probs.topk(min(k, probs.shape[1]), dim=1).indices
    return torch.zeros_like(probs, dtype=torch.bool).scatter(1, largest, True)


def cells(prediction: Prediction) -> tuple[Tensor, Tensor]:
    """What losses on masks look at: the masks of a system that has them, otherwise its frame probabilities.

    Returns:
        `(batch, class, cell)`, 0 in cells that are padding; and how many cells are not, `(batch, 1)`.
    """
    masks = prediction.frame_probs[..., None] if prediction.masks is None else prediction.masks
    if prediction.valid is None:
        return masks.flatten(2), masks.new_full((len(masks), 1), masks[0, 0].numel())
    kept = masks * prediction.valid[:, None, :, None]
    return kept.flatten(2), prediction.valid.sum(1, keepdim=True) * masks.shape[3]
