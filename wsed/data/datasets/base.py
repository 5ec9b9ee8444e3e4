"""The interface of datasets."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from wsed.data.batch import Batch

Key = tuple[int, int]
"""Epoch and index of a clip, both from 0. The key has the epoch, because worker processes do not know it otherwise."""


class ClipDataset(Protocol):
    """The clips of one split. It returns whole batches, and the same batch for the same keys in any process.

    A new kind of dataset needs a datamodule with a method `open` that returns one dataset for each split; see
    `wsed.data.datamodules.base.ClipDataModule`.
    """

    def __len__(self) -> int:
        """The number of clips in an epoch."""
        ...

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        """A batch with the clips of the keys, in their order.

        Args:
            keys: at least one. A dataset that is the same in every epoch ignores the epoch.
        """
        ...

    def tags(self, epoch: int) -> Iterable[set[str]]:
        """The event classes of every clip of an epoch, by index, one by one if that takes time. Reads no audio.

        Args:
            epoch: from 0.
        """
        ...
