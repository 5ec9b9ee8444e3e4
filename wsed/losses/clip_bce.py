"""Binary cross-entropy on the clip."""

from typing import Literal

import torch
from torch import Tensor

from wsed.checks.ranges import ListOf, Margin, NonNegative
from wsed.errors import UserError
from wsed.losses.base import LossTerm
from wsed.losses.bce import cross_entropy
from wsed.prediction import Prediction, Target


class ClipBce(LossTerm):
    """Binary cross-entropy of clip probabilities against tags, a mean over clips (Kong 2018, published code).

    The background counts as one more class if the system models it.

    Args:
        margin: probabilities are clamped to [margin, 1 - margin], so that the loss is finite.
        class_weights: factor on the cross-entropy of each event class, 0 or more, in the order of the `class` axis; the
            background has 1. None for 1 each.
        over_classes: `mean`, or `sum`, with which the loss grows with the number of classes. Liu 2022 says neither, and
            its other terms weigh less beside a sum.

    Raises:
        UserError: a weight is negative, or there is not one weight for each class.
    """

    def __init__(
        self,
        margin: Margin,
        class_weights: ListOf[NonNegative] | None = None,
        over_classes: Literal["mean", "sum"] = "mean",
    ) -> None:
        super().__init__()
        self.margin = margin
        if class_weights is not None and min(class_weights, default=0) < 0:
            raise UserError(f"class_weights: are {list(class_weights)}; each is 0 or more")
        self.class_weights = class_weights
        self.over_classes = over_classes

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        probs, tags = with_background(prediction, target)
        weights = None
        if self.class_weights is not None:
            classes = target.weak.shape[1]
            if len(self.class_weights) != classes:
                raise UserError(f"class_weights: has {len(self.class_weights)} weights for {classes} classes")
            weights = torch.ones_like(probs)
            weights[:, :classes] = torch.tensor(self.class_weights)
        mean = cross_entropy(probs, tags, self.margin, weights)
        return mean * probs.shape[1] if self.over_classes == "sum" else mean


def with_background(prediction: Prediction, target: Target) -> tuple[Tensor, Tensor]:
    """Clip probabilities and tags, with the background as one more class if the system models it.

    Returns:
        Probabilities and tags, `(batch, class)` each.
    """
    if prediction.background_probs is None:
        return prediction.clip_probs, target.weak
    return (
        torch.cat([prediction.clip_probs, prediction.background_probs[:, None]], 1),
        torch.cat([target.weak, target.background[:, None]], 1),
    )
