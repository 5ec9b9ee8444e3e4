"""The interface of recipes, which plan mixtures, and the functions that recipes share."""

import zlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wsed.data.mixing.plan import MixturePlan
from wsed.data.soundbanks.base import Soundbank
from wsed.errors import UserError


class Recipe(Protocol):
    """Decides which recordings make a mixture, and how. It touches no audio; `render` makes the waveform.

    An attribute `fresh` of False says that all epochs have the same training mixtures. A method `clips(bank,
    for_evaluation)` gives the number of mixtures, for recipes that have one of their own.

    To add a recipe, write one class with this method and one YAML in `conf/mixing/`, with the class as `_target_` and
    the arguments of its constructor as keys, as in `conf/mixing/mtl.yaml`. Draw all random numbers from
    `random_generator`, name the clip by `clip_filename`, and raise `UserError` for arguments that cannot be used.
    """

    def plan(
        self, bank: Soundbank, *, seed: int, split: str, epoch: int, index: int, clips: int, for_evaluation: bool
    ) -> MixturePlan:
        """Plans one clip. Pure: equal arguments give equal plans, in any process and in any order.

        All plans of a recipe have the same number of samples.

        Args:
            bank: the recordings of the split.
            seed: seed of the mixtures.
            split: `train`, `val` or `test`.
            epoch: epoch from 0; always 0 for a dataset that is the same in every epoch.
            index: index of the clip in the epoch, from 0.
            clips: number of clips in the epoch.
            for_evaluation: whether the split is for validation or test; a recipe may make such mixtures less varied.

        Raises:
            UserError: the recipe does not fit the soundbank.
        """
        ...


def check_ratio(ratio: Sequence[float], key: str) -> tuple[float, float]:
    """Validates a range of level ratios.

    Args:
        ratio: the lowest and the highest ratio in dB.
        key: key of the range below `mixing`, for messages.

    Returns:
        The lowest and the highest.

    Raises:
        UserError: there are not two numbers in ascending order.
    """
    if len(ratio) != 2 or ratio[0] > ratio[1]:
        raise UserError(f"mixing.{key}: is {list(ratio)}; it needs [lowest, highest] in dB")
    return ratio[0], ratio[1]


def clip_filename(split: str, epoch: int, index: int) -> str:
    """The filename of a mixture, unique in its run."""
    return f"{split}-{epoch}-{index:06d}.wav"


def random_generator(seed: int, split: str, epoch: int, *index: int) -> np.random.Generator:
    """The random generator of an epoch or, with an index, of one clip of the epoch."""
    return np.random.default_rng([seed, zlib.crc32(split.encode()), epoch, *index])
