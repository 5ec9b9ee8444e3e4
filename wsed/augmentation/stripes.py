"""Stripes of time and frequency that are hidden in training."""

import torchaudio
from torch import Tensor, nn


class Stripes(nn.Module):
    """Hides random stripes of standardised features: SpecAugment without its warping (Park et al. 2019, section 2).

    A network that sees only part of an event has to know it by every part, so that its masks hold more of it (Singh
    and Lee 2017, "Hide-and-Seek", of pictures). Each clip has stripes of its own, each of an even width from 0 up to
    its limit, at an even place. What is hidden is 0, each band's mean over the training set.

    Args:
        time_stripes: how many.
        time_width: frames, the widest.
        freq_stripes: how many.
        freq_width: bands, the widest.

    Raises:
        ValueError: a negative number.
    """

    def __init__(self, time_stripes: int, time_width: int, freq_stripes: int, freq_width: int) -> None:
        super().__init__()
        if min(time_stripes, time_width, freq_stripes, freq_width) < 0:
            raise ValueError("numbers and widths of stripes must be at least 0")
        self.hide = torchaudio.transforms.SpecAugment(
            time_stripes, time_width, freq_stripes, freq_width, zero_masking=True
        )

    def forward(self, features: Tensor) -> Tensor:
        """`(batch, time, freq)` to the same."""
        hidden: Tensor = self.hide(features.transpose(1, 2)).transpose(1, 2)
        return hidden
