"""Which cells of the features an output depends on, found by changing them one by one."""

from collections.abc import Callable

import torch
from torch import Tensor


def reach(outputs: Callable[[Tensor], Tensor], frames: int, bands: int) -> Tensor:
    """The cells that change an output.

    Args:
        outputs: from features `(batch, time, freq)`, float64, to what is watched, `(batch, ...)`.
        frames: number of frames of the features.
        bands: number of bands.

    Returns:
        `(time, freq)` bool.
    """
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1, frames, bands, generator=generator, dtype=torch.float64)
    changed = features.repeat(frames * bands, 1, 1)
    changed.view(frames * bands, -1).diagonal().add_(3)
    with torch.no_grad():
        before = outputs(features)
        after = torch.cat([outputs(part) for part in changed.split(64)])
    # Convolutions of other batch sizes may round in another way.
    return ((before - after).abs() > 1e-12).flatten(1).any(1).view(frames, bands)
