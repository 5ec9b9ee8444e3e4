"""Focal loss on the clip."""

import torch
from torch import Tensor

from wsed.checks.ranges import Exponent, Margin
from wsed.losses.base import LossTerm
from wsed.losses.clip_bce import with_background
from wsed.prediction import Prediction, Target


class FocalBce(LossTerm):
    """Binary cross-entropy of clip probabilities with smaller weights for easy decisions (Lin et al. 2017).

    The weight of a decision is `(1 - p) ** gamma`, where `p` is the probability of the true answer. The result is the
    mean over clips and classes; the background counts as one more class if the system models it.

    Args:
        gamma: 0 or more; 0 is plain cross-entropy, 2 in the paper.
        margin: probabilities are clamped to [margin, 1 - margin], so that the loss is finite.

    Raises:
        ValueError: a negative gamma.
    """

    def __init__(self, gamma: Exponent, margin: Margin) -> None:
        super().__init__()
        if gamma < 0:
            raise ValueError(f"gamma is {gamma}; it must be 0 or more")
        self.gamma = gamma
        self.margin = margin

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        probs, tags = with_background(prediction, target)
        probs = probs.clamp(self.margin, 1 - self.margin)
        right = torch.where(tags > 0, probs, 1 - probs)
        return -((1 - right) ** self.gamma * right.log()).mean()
