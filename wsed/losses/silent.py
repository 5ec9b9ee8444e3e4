"""Silent loss: masks of inactive classes should be empty."""

from collections.abc import Collection, Iterable

from torch import Tensor

from wsed.checks.ranges import Size
from wsed.losses.base import LossTerm
from wsed.losses.selection import Selection, active, cells
from wsed.prediction import Prediction, Target


class SilentLoss(LossTerm):
    """Mean value of the mask of each inactive class (Liu et al. 2022, equation 7).

    The loss of a clip is the sum over its inactive classes; the result is the mean over clips. Equation 7 takes the
    inactive classes from the labels, but the text of the paper takes them from the selection; this follows the text. A
    system without masks uses its frame probabilities instead.

    Args:
        select: rule for the active classes, see `wsed.losses.selection.active`.
        k: number of active classes with `top`.
    """

    def __init__(self, select: Selection, k: Size) -> None:
        super().__init__()
        self.select: Selection = select
        self.k = k

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        inactive = ~active(prediction, target, self.select, self.k)
        masks, sizes = cells(prediction)
        return (masks.sum(2) / sizes * inactive).sum(1).mean()

    def idle_reason(self, tags: Iterable[Collection[str]], classes: int) -> str | None:
        if self.select == "top":
            return f"it selects all classes, since k is {self.k}" if self.k >= classes else None
        return None if any(len(set(of_clip)) < classes for of_clip in tags) else "every training clip has all classes"
