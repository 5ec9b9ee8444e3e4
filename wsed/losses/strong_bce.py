"""Binary cross-entropy of frame probabilities against tags."""

from torch import Tensor

from wsed.checks.ranges import Margin
from wsed.losses.base import LossTerm
from wsed.losses.bce import cross_entropy
from wsed.prediction import Prediction, Target


class StrongBce(LossTerm):
    """Mean binary cross-entropy of frame probabilities against the clip's tags, repeated for every frame.

    This is the strong loss of Adavanne and Virtanen (2017), which assumes that every class of a clip is active in all
    of its frames. Frames that are padding are ignored.

    Args:
        margin: probabilities are clamped to [margin, 1 - margin], so that the loss is finite.
    """

    def __init__(self, margin: Margin) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        probs = prediction.frame_probs
        losses = cross_entropy(probs, target.weak[:, :, None].expand_as(probs), self.margin, reduction="none")
        if prediction.valid is None:
            return losses.mean()
        valid = prediction.valid[:, None]
        # First the mean of each clip, so that short clips have the same weight as long ones.
        return ((losses * valid).sum(2) / valid.sum(2)).mean()
