"""Random stripes of time and frequency, hidden in training."""

import torchaudio
from torch import Tensor

from wsed.augmentation.base import Augmentation
from wsed.checks.ranges import FewFromZero, SizeFromZero


class Stripes(Augmentation):
    """Hides random stripes of standardised features: SpecAugment without time warping (Park et al. 2019, section 2).

    A network that sees only parts of an event must learn to recognise each of them, so that its masks cover more of the
    event (as "Hide-and-Seek" does for images, Singh and Lee 2017). Stripes are drawn for each clip separately, with a
    uniform position and a uniform width, from 0 up to but not including the limit. Hidden cells become 0, the mean of
    their band over the training set.

    Args:
        time_stripes: number of stripes along time in each clip.
        time_width: limit of their width, frames.
        freq_stripes: number of stripes along frequency in each clip.
        freq_width: limit of their width, bands.

    Raises:
        ValueError: a number or a width is negative.
    """

    def __init__(
        self, time_stripes: FewFromZero, time_width: SizeFromZero, freq_stripes: FewFromZero, freq_width: SizeFromZero
    ) -> None:
        super().__init__()
        if min(time_stripes, time_width, freq_stripes, freq_width) < 0:
            raise ValueError("numbers and widths of stripes must be at least 0")
        self.hide = torchaudio.transforms.SpecAugment(
            time_stripes, time_width, freq_stripes, freq_width, zero_masking=True
        )

    def forward(self, features: Tensor) -> Tensor:
        hidden: Tensor = self.hide(features.transpose(1, 2)).transpose(1, 2)
        return hidden
