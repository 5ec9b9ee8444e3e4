"""Training clips in an order of their own each epoch."""

import itertools

import torch

from wsed.data.datasets.base import ClipDataset


class Shuffled:
    """Every clip once an epoch, shuffled; the last batch is filled up with the first clips of the order.

    So all batches are full, which several devices can share evenly.
    """

    def batches(self, clips: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """See `wsed.data.samplers.base.ClipSampler`."""
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        order = torch.randperm(len(clips), generator=generator).tolist()
        endless = itertools.cycle(order)
        return [list(itertools.islice(endless, batch_size)) for _ in range(0, len(clips), batch_size)]
