"""Binary cross-entropy on frames, against tags."""

from torch import Tensor, nn
from torch.nn import functional

from wsed.prediction import Prediction, Target


class StrongBce(nn.Module):
    """Mean binary cross-entropy of frame probabilities against the clip's tags, repeated for every frame.

    The strong loss of Adavanne and Virtanen (2017): every frame of a clip is told that all of its classes are there.
    Frames that are padding do not count.

    Args:
        margin: probabilities are clamped to [margin, 1 - margin], so that none costs infinitely much.
    """

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The loss, a scalar."""
        probs = prediction.frame_probs.clamp(self.margin, 1 - self.margin)
        losses = functional.binary_cross_entropy(probs, target.weak[:, :, None].expand_as(probs), reduction="none")
        if prediction.valid is None:
            return losses.mean()
        valid = prediction.valid[:, None]
        # Clips count alike, whatever their length.
        return ((losses * valid).sum(2) / valid.sum(2)).mean()
