"""The datamodule of mixtures on disk."""

from pathlib import Path

from wsed.checks.labels import check_labels
from wsed.checks.ranges import BatchSize, Labels, PathText, SampleRate, Seed, Workers
from wsed.data.datamodules.base import SPLITS, ClipDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.data.datasets.exported_mixtures import ExportedMixtureDataset
from wsed.data.samplers.base import ClipSampler


class ExportedMixtureDataModule(ClipDataModule):
    """Mixtures that `wsed data mix` wrote to a folder. Training on them equals training on them in memory.

    Args:
        root: the folder.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        batch_size: number of clips in a batch, over all devices.
        sampler: sampler of the training clips.
        num_workers: processes that prepare batches, 0 for a thread, None to choose; does not change the result.
        shuffle_seed: seed of the order of the training clips.
    """

    def __init__(
        self,
        root: PathText,
        labels: Labels,
        sample_rate: SampleRate,
        batch_size: BatchSize,
        sampler: ClipSampler,
        num_workers: Workers | None,
        shuffle_seed: Seed,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed)
        self.root = Path(root)
        self.labels = check_labels(labels)
        self.sample_rate = sample_rate

    def open(self) -> dict[str, ClipDataset]:
        """See `ClipDataModule`."""
        return {
            split: ExportedMixtureDataset(
                self.root / split, self.labels, self.sample_rate, with_sources=split == "test" or self.trains_on_sources
            )
            for split in SPLITS
            if (self.root / split).is_dir()
        }
