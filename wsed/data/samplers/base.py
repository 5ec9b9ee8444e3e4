"""Samplers: which clips make which batch."""

from collections.abc import Iterator
from typing import Protocol

from torch.utils.data import Sampler

from wsed.data.datasets.base import ClipDataset, Key


class ClipSampler(Protocol):
    """How training clips are drawn. One file of `wsed/data/` and one YAML of `conf/sampler/` make a new one."""

    def batches(self, clips: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """The batches of an epoch. Pure: equal arguments give equal batches.

        Args:
            clips: that are drawn from.
            batch_size: clips in a batch.
            seed: of the order.
            epoch: which one.

        Returns:
            Indices of clips; `ceil(len(clips) / batch_size)` batches.
        """
        ...


class InOrder:
    """Every clip once, in order; the last batch may be smaller."""

    def batches(self, clips: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """See `ClipSampler`."""
        order = list(range(len(clips)))
        return [order[start : start + batch_size] for start in range(0, len(clips), batch_size)]


class EpochSampler(Sampler[list[Key]]):
    """Batches of keys, drawn by (seed, epoch).

    Keys carry the epoch, so that worker processes need not be told it. Each of several devices that train together gets
    its share of every batch, so that a step sees the same clips on one device and on many.

    Args:
        clips: that are drawn from.
        batch_size: clips in a batch, over all devices.
        drawing: how.
        seed: of the drawing.
        rank: of this device.
        devices: how many there are.
    """

    def __init__(
        self, clips: ClipDataset, batch_size: int, drawing: ClipSampler, seed: int, rank: int = 0, devices: int = 1
    ) -> None:
        self.clips = clips
        self.batch_size = batch_size
        self.drawing = drawing
        self.seed = seed
        self.rank = rank
        self.devices = devices
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """The trainer calls this before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.clips) // self.batch_size)

    def __iter__(self) -> Iterator[list[Key]]:
        for batch in self.drawing.batches(self.clips, self.batch_size, self.seed, self.epoch):
            yield [(self.epoch, index) for index in batch[self.rank :: self.devices]]
