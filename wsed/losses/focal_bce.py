"""Focal loss on the clip."""

import torch
from torch import Tensor, nn

from wsed.losses.clip_bce import with_background
from wsed.prediction import Prediction, Target


class FocalBce(nn.Module):
    """Binary cross-entropy of clip probabilities in which what is right already weighs less (Lin et al. 2017).

    Each term is times `(1 - p) ** gamma`, with `p` the probability of what is true. Mean over clips and classes,
    the background being one more class where the system models one.

    Args:
        gamma: 0 or more; 0 is plain cross-entropy, 2 in the paper.
        margin: probabilities are clamped to [margin, 1 - margin], so that none costs infinitely much.
    """

    def __init__(self, gamma: float, margin: float) -> None:
        super().__init__()
        if gamma < 0:
            raise ValueError(f"gamma is {gamma}; it must be 0 or more")
        self.gamma = gamma
        self.margin = margin

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The loss, a scalar."""
        probs, tags = with_background(prediction, target)
        probs = probs.clamp(self.margin, 1 - self.margin)
        right = torch.where(tags > 0, probs, 1 - probs)
        return -((1 - right) ** self.gamma * right.log()).mean()
