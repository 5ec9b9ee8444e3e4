"""The numbers of true and of false positives at every threshold, and the scores that follow from them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class RankingCurve:
    """The curve of a ranking; its scores are those of torchmetrics, to the last digit of its 32-bit floats.

    torchmetrics sorts once for every score and holds many 64-bit numbers for each item; here, scores share one sort.

    Attributes:
        tps: `(threshold,)`, the number of positive items at and above each threshold, from the highest down.
        fps: `(threshold,)`, the number of negative ones.
    """

    tps: Tensor
    fps: Tensor

    @staticmethod
    def of(probs: NDArray[np.float32], target: NDArray[np.bool_]) -> "RankingCurve":
        """The curve of items with probabilities in [0, 1]: `(item,)` twice, fewer than 2**31."""
        # Floats that are not negative have the order of their bits. The lowest bit is free, for the target. There may
        # be a hundred million items, hence the changes in place.
        keys = (probs + np.float32(0)).view(np.uint32)
        keys <<= 1
        keys |= target
        keys.sort()
        keys = keys[::-1]
        levels = keys >> 1
        last = np.append(levels[1:] != levels[:-1], True)
        keys &= 1
        tps = np.cumsum(keys, dtype=np.int32)[last]
        keys ^= 1
        return RankingCurve(torch.from_numpy(tps), torch.from_numpy(np.cumsum(keys, dtype=np.int32)[last]))

    @property
    def ap(self) -> float:
        """The average precision; not a number without a positive item."""
        if not self.tps[-1]:
            return np.nan
        recall = (self.tps / self.tps[-1]).flip(0)
        area = torch.cat([recall[1:], torch.zeros(1)])
        area -= recall
        del recall
        area *= (self.tps / (self.tps + self.fps)).flip(0)
        return -float(torch.sum(area))

    @property
    def auroc(self) -> float:
        """The area under the ROC; not a number without a positive or without a negative item."""
        if not (self.tps[-1] and self.fps[-1]):
            return np.nan
        true, false = self._rates()
        return float(torch.trapz(true, false))

    @property
    def eer(self) -> float:
        """The mean of both error rates where they are closest; not a number as for `auroc`."""
        if not (self.tps[-1] and self.fps[-1]):
            return np.nan
        true, false = self._rates()
        place = torch.argmin(torch.abs(false - (1 - true)))
        return float((false[place] + (1 - true[place])) / 2)

    def _rates(self) -> tuple[Tensor, Tensor]:
        """The rates of true and of false positives, from above the highest threshold."""
        true, false = (torch.cat([torch.zeros(1), part / part[-1]]) for part in (self.tps, self.fps))
        return true, false
