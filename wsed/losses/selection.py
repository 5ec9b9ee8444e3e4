"""The inputs of losses on masks: the active classes of a clip, and the cells of their masks."""

from typing import Literal

import torch
from torch import Tensor

from wsed.prediction import Prediction, Target

Selection = Literal["label", "top"]


def active(prediction: Prediction, target: Target, select: Selection, k: int) -> Tensor:
    """The active classes of each clip (Liu et al. 2022, section 3).

    Args:
        prediction: gives the clip probabilities for `top`; no gradient passes through them.
        target: gives the tags for `label`.
        select: `label`: the tags of the clip (label-guided); `top`: the `k` largest clip probabilities
            (self-supervised).
        k: number of active classes with `top`; all classes if there are fewer.

    Returns:
        `(batch, class)` bool.
    """
    if select == "label":
        return target.weak > 0
    probs = prediction.clip_probs.detach()
    largest = probs.topk(min(k, probs.shape[1]), dim=1).indices
    return torch.zeros_like(probs, dtype=torch.bool).scatter(1, largest, True)


def cells(prediction: Prediction) -> tuple[Tensor, Tensor]:
    """The segments or masks of a prediction; its frame probabilities if the system has neither.

    Returns:
        `(batch, class, cell)`, 0 in cells that are padding; and the number of cells that are not padding, `(batch, 1)`.
    """
    masks = prediction.masks if prediction.segments is None else prediction.segments
    if masks is None:
        masks = prediction.frame_probs[..., None]
    if prediction.valid is None:
        return masks.flatten(2), masks.new_full((len(masks), 1), masks[0, 0].numel())
    kept = masks * prediction.valid[:, None, :, None]
    return kept.flatten(2), prediction.valid.sum(1, keepdim=True) * masks.shape[3]
