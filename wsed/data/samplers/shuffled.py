"""The sampler that shuffles the clips anew in every epoch."""

import itertools

import torch

from wsed.data.datasets.base import ClipDataset


class Shuffled:
    """Every clip once per epoch, in random order; the last batch is completed with the first clips of that order.

    Thus all batches are full, and devices can share them evenly.
    """

    def batches(self, dataset: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """See `wsed.data.samplers.base.ClipSampler`."""
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        order = torch.randperm(len(dataset), generator=generator).tolist()
        endless = itertools.cycle(order)
        return [list(itertools.islice(endless, batch_size)) for _ in range(0, len(dataset), batch_size)]
