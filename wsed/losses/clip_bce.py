"""Binary cross-entropy on the clip."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from wsed.prediction import Prediction, Target


class ClipBce(nn.Module):
    """Mean binary cross-entropy of clip probabilities against tags (Kong 2018, section 1.4 of the published code).

    The background, where the system models one, counts as one more class.

    Args:
        margin: probabilities are clamped to [margin, 1 - margin], so that none costs infinitely much.
    """

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The loss, a scalar."""
        probs, tags = with_background(prediction, target)
        return functional.binary_cross_entropy(probs.clamp(self.margin, 1 - self.margin), tags)


def with_background(prediction: Prediction, target: Target) -> tuple[Tensor, Tensor]:
    """Clip probabilities and tags, the background as one more class where the system models one.

    Returns:
        `(batch, class)` twice.
    """
    if prediction.background_probs is None:
        return prediction.clip_probs, target.weak
    return (
        torch.cat([prediction.clip_probs, prediction.background_probs[:, None]], 1),
        torch.cat([target.weak, target.background[:, None]], 1),
    )
