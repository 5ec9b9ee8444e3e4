"""Binary cross-entropy of probabilities that may have become not-a-number."""

from torch import Tensor
from torch.nn import functional


def cross_entropy(
    probs: Tensor, targets: Tensor, margin: float, weights: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """PyTorch's binary cross-entropy, which is not-a-number wherever a probability is.

    PyTorch's own raises an error there, or ends the process on a GPU, before the run can say that it diverged.

    Args:
        probs: probabilities of any shape; they are clamped to [margin, 1 - margin].
        targets: 0/1, in the same shape.
        margin: above 0.
        weights: factors on each element, in the same shape.
        reduction: `mean`, or `none` for the loss of each element.
    """
    clamped = probs.clamp(margin, 1 - margin)
    known = clamped.nan_to_num(nan=0.5)
    # Zero or not-a-number, without a gradient.
    missing = (clamped - known).detach()
    losses = functional.binary_cross_entropy(known, targets, weights, reduction=reduction)
    return losses + (missing.sum() if reduction == "mean" else missing)
