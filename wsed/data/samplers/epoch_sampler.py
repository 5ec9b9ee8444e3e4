"""Adapter that gives the batches of a sampler to PyTorch's loaders."""

from collections.abc import Iterator

from torch.utils.data import Sampler

from wsed.data.datasets.base import ClipDataset, Key
from wsed.data.samplers.base import ClipSampler


class EpochSampler(Sampler[list[Key]]):
    """Batches of keys for one device, determined by seed and epoch.

    Devices that train together each take their share of every batch, so that a step sees the same clips on one device
    and on many.

    Args:
        dataset: the dataset to sample from.
        batch_size: number of clips in a batch, over all devices.
        clip_sampler: decides the clips of each batch.
        seed: seed of the order.
        rank: rank of this device, from 0.
        world_size: number of devices.
    """

    def __init__(
        self,
        dataset: ClipDataset,
        batch_size: int,
        clip_sampler: ClipSampler,
        seed: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.dataset = dataset
        self.batch_size = batch_size
        self.clip_sampler = clip_sampler
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Lightning calls this before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[list[Key]]:
        for batch in self.clip_sampler.batches(self.dataset, self.batch_size, self.seed, self.epoch):
            yield [(self.epoch, index) for index in batch[self.rank :: self.world_size]]
