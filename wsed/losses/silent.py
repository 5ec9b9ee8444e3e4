"""Silent loss: masks of inactive classes should be empty."""

from torch import Tensor, nn

from wsed.losses.selection import Selection, active, cells
from wsed.prediction import Prediction, Target


class SilentLoss(nn.Module):
    """Sum over inactive classes of the mean of their mask, mean over clips (Liu et al. 2022, eq. 7).

    Inactive are all but the active classes; eq. 7 has the labels, its text what the selection leaves. On a system
    without masks it works on frame probabilities.

    Args:
        select: which classes are active, see `wsed.losses.selection.active`.
        k: of `top`.
    """

    def __init__(self, select: Selection, k: int) -> None:
        super().__init__()
        self.select: Selection = select
        self.k = k

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        """The loss, a scalar."""
        inactive = ~active(prediction, target, self.select, self.k)
        masks, sizes = cells(prediction)
        return (masks.sum(2) / sizes * inactive).sum(1).mean()
