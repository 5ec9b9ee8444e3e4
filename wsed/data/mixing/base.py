"""What every mixing recipe is, and what recipes share."""

import zlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wsed.data.mixing.plan import MixturePlan
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError


class Recipe(Protocol):
    """What mixtures are like. One file of `wsed/data/mixing/` and one YAML of `conf/mixing/` make a new one."""

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, scored: bool
    ) -> MixturePlan:
        """Plans one clip. Pure: equal arguments give equal plans, in any process, in any order.

        Args:
            bank: the recordings of the split.
            seed: of the whole data set.
            split: name of the split.
            epoch: which of the split's sets; a fixed set is epoch 0.
            index: which clip of the set, from 0.
            clips: how many clips the set has.
            scored: for validation or test.
        """
        ...


def lowest_and_highest(ratio: Sequence[float], key: str) -> tuple[float, float]:
    """The two ends of a recipe's ratio in dB, which it has below `mixing`.

    Raises:
        UserError: it has not two, or the first is the larger.
    """
    if len(ratio) != 2 or ratio[0] > ratio[1]:
        raise UserError(f"mixing.{key}: is {list(ratio)}; it needs [lowest, highest] in dB")
    return ratio[0], ratio[1]


def filename(split: str, epoch: int, index: int) -> str:
    """What a clip is called."""
    return f"{split}-{epoch}-{index:06d}.wav"


def random_of(seed: int, split: str, epoch: int, *index: int) -> np.random.Generator:
    """The random numbers of a set, or, with its index, of one of its clips."""
    return np.random.default_rng([seed, zlib.crc32(split.encode()), epoch, *index])
