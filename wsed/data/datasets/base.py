"""What every dataset is."""

from collections.abc import Sequence
from typing import Protocol

from wsed.data.batch import Batch

Key = tuple[int, int]
"""Epoch and index: what tells one clip of a split from another."""


class ClipDataset(Protocol):
    """A split: `len()` clips, of which any batch can be had by its keys, in any process."""

    def __len__(self) -> int: ...

    def __getitem__(self, keys: Sequence[Key]) -> Batch: ...

    def tags(self, epoch: int) -> list[set[str]]:
        """The event classes of every clip of an epoch, without rendering any."""
        ...
