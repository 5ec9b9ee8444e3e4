"""Segment loss: masks of active classes should not overlap."""

from collections.abc import Collection, Iterable

from torch import Tensor

from wsed.checks.ranges import Size
from wsed.losses.base import LossTerm
from wsed.losses.selection import Selection, active, cells
from wsed.prediction import Prediction, Target

EPSILON = 1e-7
"""Added to the denominator, so that the overlap of two empty masks is 0."""


class SegmentLoss(LossTerm):
    """Soft Dice of the masks of each pair of active classes (Liu et al. 2022, equations 4 to 6).

    `dice(A, B) = 2 sum(A B) / (sum A + sum B)`, where `A B` is the product cell by cell. The loss of a clip is the sum
    over unordered pairs, and 0 with fewer than two active classes; the result is the mean over clips. (The equations of
    the paper sum over ordered pairs, but its text counts unordered ones.) A system without masks uses its frame
    probabilities instead.

    Args:
        select: rule for the active classes, see `wsed.losses.selection.active`.
        k: number of active classes with `top`.
        squared: whether to sum the squares of masks in the denominator, as V-Net does, so that the Dice of a mask with
            itself is 1 even if the mask is not binary.
    """

    def __init__(self, select: Selection, k: Size, squared: bool = False) -> None:
        super().__init__()
        self.select: Selection = select
        self.k = k
        self.squared = squared

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        chosen = active(prediction, target, self.select, self.k)
        masks, _ = cells(prediction)
        # One matrix product for all pairs.
        common = masks @ masks.transpose(1, 2)
        sizes = common.diagonal(dim1=1, dim2=2) if self.squared else masks.sum(2)
        dice = 2 * common / (sizes[:, :, None] + sizes[:, None, :] + EPSILON)
        pairs = (chosen[:, :, None] & chosen[:, None, :]).triu(1)
        return (dice * pairs).sum((1, 2)).mean()

    def idle_reason(self, tags: Iterable[Collection[str]], classes: int) -> str | None:
        if classes < 2:
            return "there is only one event class"
        if self.select == "top":
            return "it selects only one class, since k is 1" if self.k < 2 else None
        return None if any(len(set(of_clip)) > 1 for of_clip in tags) else "no training clip has two classes"
