"""The interface of samplers."""

from typing import Protocol

from wsed.data.datasets.base import ClipDataset


class ClipSampler(Protocol):
    """Divides the training clips into batches.

    To add a sampler, write one class with this method and one YAML in `conf/sampler/`, with the class as `_target_` and
    the arguments of its constructor as keys, as in `conf/sampler/balanced.yaml`. `EpochSampler` divides the batches
    among devices.
    """

    def batches(self, dataset: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """The batches of an epoch. Pure: equal arguments give equal batches, in any process.

        Args:
            dataset: the dataset to sample from; `dataset.tags(epoch)` gives the classes of its clips.
            batch_size: number of clips in a batch, over all devices.
            seed: seed of the order.
            epoch: epoch from 0.

        Returns:
            Indices into the dataset: `ceil(len(dataset) / batch_size)` batches. In training all of them have
            `batch_size` indices, so that devices can share them evenly; an index may occur more than once.
        """
        ...
