"""Segment loss: masks of active classes should not overlap."""

from torch import Tensor, nn

from wsed.losses.selection import Selection, active, cells
from wsed.prediction import Prediction, Target

EPSILON = 1e-7
"""Added to the denominator, so that empty masks do not overlap."""


class SegmentLoss(nn.Module):
    """Sum over pairs of active classes of the soft Dice of their masks, mean over clips (Liu et al. 2022, eq. 4 to 6).

    `dice(A, B) = 2 sum(A B) / (sum A + sum B)`, each unordered pair once: the paper's sums run over ordered pairs, its
    text counts unordered ones. A clip with fewer than two active classes costs nothing. All pairs are one product of
    matrices. What two masks have in common is their product, cell by cell. On a system without masks it works on frame
    probabilities.

    Args:
        select: which classes are active, see `wsed.losses.selection.active`.
        k: of `top`.
        squared: sizes of masks are sums of their squares, as in V-Net, so that a mask overlaps itself by 1 even where
            it is not 0 or 1.
    """

    def __init__(self, select: Selection, k: int, squared: bool = False) -> None:
        super().__init__()
        self.select: Selection = select
        self.k = k
        self.squared = squared

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The loss, a scalar."""
        chosen = active(prediction, target, self.select, self.k)
        masks, _ = cells(prediction)
        common = masks @ masks.transpose(1, 2)
        sizes = common.diagonal(dim1=1, dim2=2) if self.squared else masks.sum(2)
        dice = 2 * common / (sizes[:, :, None] + sizes[:, None, :] + EPSILON)
        pairs = (chosen[:, :, None] & chosen[:, None, :]).triu(1)
        return (dice * pairs).sum((1, 2)).mean()
