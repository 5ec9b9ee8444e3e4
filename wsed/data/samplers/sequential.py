"""The sampler for validation and test, which keeps the order of the dataset."""

from wsed.data.datasets.base import ClipDataset


class Sequential:
    """Every clip once, in order; the last batch may be smaller."""

    def batches(self, dataset: ClipDataset, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
        """See `wsed.data.samplers.base.ClipSampler`."""
        order = list(range(len(dataset)))
        return [order[start : start + batch_size] for start in range(0, len(dataset), batch_size)]
