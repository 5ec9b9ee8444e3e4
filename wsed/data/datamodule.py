"""Datamodules: the splits of one corpus as loaders."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from wsed.data.batch import Batch
from wsed.data.mixtures import ClipSet, FolderSet, MemorySet
from wsed.data.plan import Recipe
from wsed.data.samplers import Drawing, EpochSampler, InOrder
from wsed.data.soundbank import Soundbank, Source, check_splits
from wsed.errors import UserError

SPLITS = ("train", "val", "test")


class ClipData(pl.LightningDataModule):
    """Loaders over clip sets; what every datamodule shares.

    Args:
        batch_size: clips in a batch, over all devices.
        sampler: how training clips are drawn.
        num_workers: processes that render; has no influence on the result.
        shuffle_seed: of the order of training clips.
    """

    def __init__(self, batch_size: int, sampler: Drawing, num_workers: int, shuffle_seed: int) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.sampler = sampler
        self.num_workers = num_workers
        self.shuffle_seed = shuffle_seed
        self.sets: dict[str, ClipSet] = {}

    @abstractmethod
    def open(self) -> dict[str, ClipSet]:
        """The clip sets by split; a split that is not used is left out."""

    def setup(self, stage: str | None = None) -> None:
        """Opens the clip sets, once.

        Raises:
            UserError: data that cannot be used, or a split without data.
        """
        if self.sets:
            return
        self.sets = self.open()
        for split in ("train", "test"):
            if split not in self.sets or not len(self.sets[split]):
                raise UserError(f"the {split} split has no data; check data.folds.{split} and data.clips.{split}")

    def train_dataloader(self) -> DataLoader[Batch]:
        """Clips as the sampler draws them; of several devices that train together, this one's share of each batch.

        Raises:
            UserError: a batch that cannot be shared evenly.
        """
        return self._loader("train")

    def val_dataloader(self) -> list[DataLoader[Batch]]:
        """Clips in order; no loader without a validation split."""
        return [self._loader("val")] if "val" in self.sets else []

    def test_dataloader(self) -> DataLoader[Batch]:
        """Clips in order, with their sources."""
        return self._loader("test")

    def _loader(self, split: str) -> DataLoader[Batch]:
        clips = self.sets[split]
        sampler = EpochSampler(clips, self.batch_size, InOrder(), self.shuffle_seed)
        if split == "train":
            rank, devices = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
            if self.batch_size % devices:
                raise UserError(f"data.batch_size={self.batch_size}: is not a multiple of the {devices} devices")
            sampler = EpochSampler(clips, self.batch_size, self.sampler, self.shuffle_seed, rank, devices)
        # Not as `batch_sampler`, on which Lightning does not call `set_epoch`.
        return DataLoader(
            clips,  # type: ignore[arg-type]  # any object with __getitem__ will do
            batch_size=None,
            sampler=sampler,
            num_workers=self.num_workers,
            persistent_workers=self.num_workers > 0,
            # Without its own, a loader with workers draws from the one that dropout draws from.
            generator=torch.Generator().manual_seed(self.shuffle_seed),
        )


class MixtureData(ClipData):
    """Mixtures of a soundbank's recordings, made in memory.

    Args:
        source: where the soundbank comes from.
        recipe: how to mix it.
        folds: folds of the splits `train`, `val` and `test`; empty for a split that is not used.
        clips: clips of each split in an epoch.
        fresh: train on new mixtures each epoch, otherwise on one fixed set.
        batch_size: clips in a batch, over all devices.
        sampler: how training clips are drawn.
        num_workers: processes that render; has no influence on the result.
        seed: of the mixtures.
        shuffle_seed: of the order of training clips.
    """

    def __init__(
        self,
        source: Source,
        recipe: Recipe,
        folds: Mapping[str, Sequence[int]],
        clips: Mapping[str, int],
        fresh: bool,
        batch_size: int,
        sampler: Drawing,
        num_workers: int,
        seed: int,
        shuffle_seed: int,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed)
        self.seed = seed
        self.source = source
        self.recipe = recipe
        self.folds = folds
        self.clips = clips
        self.fresh = fresh

    def open(self) -> dict[str, ClipSet]:
        used = {split: self.folds[split] for split in SPLITS if self.folds[split] and self.clips[split]}
        bank = self.source.load()
        check_splits(bank, used)
        return {split: self._set(bank, split) for split in used}

    def _set(self, bank: Soundbank, split: str) -> MemorySet:
        return MemorySet(
            bank=bank.split(split, self.folds[split]),
            recipe=self.recipe,
            seed=self.seed,
            split=split,
            clips=self.clips[split],
            fresh=self.fresh and split == "train",
            scored=split != "train",
            with_sources=split == "test",
        )


class FolderData(ClipData):
    """Mixtures that `wsed data mix` wrote to a folder; training on it equals training from memory.

    Args:
        root: the folder.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        batch_size: clips in a batch, over all devices.
        sampler: how training clips are drawn.
        num_workers: processes that read; has no influence on the result.
        shuffle_seed: of the order of training clips.
    """

    def __init__(
        self,
        root: str,
        labels: Sequence[str],
        sample_rate: int,
        batch_size: int,
        sampler: Drawing,
        num_workers: int,
        shuffle_seed: int,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed)
        self.root = Path(root)
        self.labels = tuple(labels)
        self.sample_rate = sample_rate

    def open(self) -> dict[str, ClipSet]:
        return {
            split: FolderSet(self.root / split, self.labels, self.sample_rate, with_sources=split == "test")
            for split in SPLITS
            if (self.root / split).is_dir()
        }
