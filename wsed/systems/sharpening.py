"""Sharper masks: each source gets more of the cells where its mask is the largest."""

import torch
from torch import Tensor


def sharpen(
    masks: Tensor, background: Tensor | None, power: float, background_weight: float = 1.0
) -> tuple[Tensor, Tensor | None]:
    """Raises masks to a power, and scales them so that their sum in each cell stays the same.

    A mask that is trained to be the share of its source in the magnitude of a cell is an average over all that the
    source could be, so it is softer than the true share and lets more of the other sources through. With a power of 2,
    shares of magnitude become shares of energy, as in a Wiener filter; large powers give binary masks. A weight of the
    background above 1 gives it the cells that are in doubt: an event lets less of the background through, and loses
    some of its own softest cells.

    Args:
        masks: `(batch, class, time, freq)` in [0, 1].
        background: `(batch, time, freq)` in [0, 1]; None stands for what the masks leave.
        power: above 0.
        background_weight: factor on the background mask before it is raised, above 0. With a power and a weight of 1
            nothing changes.

    Returns:
        Masks and background mask in [0, 1], shaped as they came; None for the background if it was None.
    """
    if power == 1 and background_weight == 1:
        return masks, background
    rest = (1 - masks.sum(1)).clamp(0, 1) if background is None else background
    weighted = torch.cat([masks, background_weight * rest[:, None]], 1)
    # Relative to the largest one, no power of it is 0.
    raised = (weighted / weighted.amax(1, keepdim=True).clamp_min(torch.finfo(masks.dtype).tiny)) ** power
    total = masks.sum(1, keepdim=True) + rest[:, None]
    sharp = (total * raised / raised.sum(1, keepdim=True).clamp_min(1)).clamp(max=1)
    return sharp[:, :-1], None if background is None else sharp[:, -1]
