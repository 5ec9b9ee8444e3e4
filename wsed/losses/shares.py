"""Share loss: a mask is the share of its source in each cell of a mixture."""

from torch import Tensor
from torch.nn import functional

from wsed.checks.ranges import Exponent, Margin
from wsed.losses.base import LossTerm
from wsed.losses.bce import cross_entropy
from wsed.prediction import Prediction, Target


class ShareBce(LossTerm):
    """Binary cross-entropy of masks against the shares of the sources in the magnitude of each cell.

    The sources are known without strong labels where training mixes recordings that have one tag each. Kong et al. 2020
    ("Source separation with weakly labelled data") train a separator in this way, on segments of weakly labelled clips
    that a detector has picked. Cells count by a power of the mixture's magnitude, because silence matters little. A
    system without masks uses its frame probabilities, and the share of each source in a frame. Clips whose sources are
    not known give no loss.

    Args:
        power: power of the magnitude, 0 or more; 0 counts all cells alike.
        margin: masks are clamped to [margin, 1 - margin], so that the loss is finite.
    """

    needs_sources = True

    def __init__(self, power: Exponent, margin: Margin) -> None:
        super().__init__()
        self.power = power
        self.margin = margin

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        if target.source_magnitudes is None:
            return 0 * prediction.clip_probs.sum()
        sources, drawn = target.source_magnitudes, prediction.drawn_masks()
        if prediction.masks is None:
            frames = drawn.shape[2]
            sources = functional.adaptive_avg_pool1d(sources.sum(3), frames)[..., None]
        mixture = sources.sum(1, keepdim=True)
        shares = sources / mixture.clamp_min(1e-8)
        weights = mixture**self.power
        weights = weights / weights.mean((1, 2, 3), keepdim=True).clamp_min(1e-8)
        losses = cross_entropy(drawn, shares[:, : drawn.shape[1]], self.margin, reduction="none")
        return (weights * losses).mean()
