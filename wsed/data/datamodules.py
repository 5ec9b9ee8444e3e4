"""Datamodules: the splits of one corpus as loaders."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from wsed.data.audio.cache import AudioCache
from wsed.data.batch import Batch
from wsed.data.corpora.base import Clip, Corpus, check_labels, check_parts
from wsed.data.datasets.base import ClipDataset
from wsed.data.datasets.exported_mixtures import ExportedMixtureDataset
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.datasets.recordings import RecordingDataset
from wsed.data.leakage import leaks
from wsed.data.mixing.base import Recipe
from wsed.data.samplers.base import ClipSampler, EpochSampler, InOrder
from wsed.data.soundbanks.base import Soundbank, SoundbankLoader, check_splits
from wsed.errors import UserError

SPLITS = ("train", "val", "test")


class ClipDataModule(pl.LightningDataModule):
    """Loaders over clip sets; what every datamodule shares.

    Args:
        batch_size: clips in a batch, over all devices.
        sampler: how training clips are drawn.
        num_workers: processes that render; has no influence on the result.
        shuffle_seed: of the order of training clips.
        audio: what reads the recordings, where there are any.
    """

    def __init__(
        self,
        batch_size: int,
        sampler: ClipSampler,
        num_workers: int,
        shuffle_seed: int,
        audio: AudioCache | None = None,
    ) -> None:
        super().__init__()
        self.audio = audio
        self.batch_size = batch_size
        self.sampler = sampler
        self.num_workers = num_workers
        self.shuffle_seed = shuffle_seed
        self.sets: dict[str, ClipDataset] = {}

    @abstractmethod
    def open(self) -> dict[str, ClipDataset]:
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


class MixtureDataModule(ClipDataModule):
    """Mixtures of a soundbank's recordings, made in memory.

    Args:
        soundbank: reads the soundbank.
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
        soundbank: SoundbankLoader,
        recipe: Recipe,
        folds: Mapping[str, Sequence[int]],
        clips: Mapping[str, int],
        fresh: bool,
        batch_size: int,
        sampler: ClipSampler,
        num_workers: int,
        seed: int,
        shuffle_seed: int,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed, getattr(soundbank, "audio", None))
        self.seed = seed
        self.soundbank = soundbank
        self.recipe = recipe
        self.folds = folds
        self.clips = clips
        self.fresh = fresh

    def open(self) -> dict[str, ClipDataset]:
        used = {split: self.folds[split] for split in SPLITS if self.folds[split] and self.clips[split]}
        bank = self.soundbank.load()
        check_splits(bank, used)
        return {split: self._set(bank, split) for split in used}

    def _set(self, bank: Soundbank, split: str) -> MixtureDataset:
        return MixtureDataset(
            bank=bank.split(split, self.folds[split]),
            recipe=self.recipe,
            seed=self.seed,
            split=split,
            clips=self.clips[split],
            fresh=self.fresh and split == "train",
            scored=split != "train",
            with_sources=split == "test",
        )


class RecordingDataModule(ClipDataModule):
    """Annotated recordings of a corpus, as they are.

    Args:
        corpus: what there is.
        audio: reads the recordings.
        labels: event classes in the order of the `class` axis.
        parts: parts of the corpus that are the splits `train`, `val` and `test`; empty for a split that is not used.
        holdout: share of the clips for training that are for validation instead, in [0, 1); by their names alone.
        clips: clips of each split that are used at most, None for all; by their names alone.
        duration: seconds that every clip is cut or padded to.
        batch_size: clips in a batch, over all devices.
        sampler: how training clips are drawn.
        num_workers: processes that read; has no influence on the result.
        shuffle_seed: of the order of training clips.
    """

    def __init__(
        self,
        corpus: Corpus,
        audio: AudioCache,
        labels: Sequence[str],
        parts: Mapping[str, Sequence[str]],
        holdout: float,
        clips: Mapping[str, int | None],
        duration: float,
        batch_size: int,
        sampler: ClipSampler,
        num_workers: int,
        shuffle_seed: int,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed, audio)
        self.corpus = corpus
        self.labels = tuple(labels)
        self.parts = {split: parts[split] for split in SPLITS}
        self.holdout = holdout
        self.clips = clips
        self.duration = duration
        if not 0 <= holdout < 1:
            raise UserError(f"data.holdout: is {holdout:g}; it needs a share from 0 to below 1")

    def open(self) -> dict[str, ClipDataset]:
        check_parts(self.parts, self.corpus.parts)
        splits = {
            split: [clip for part in parts for clip in self.corpus.clips(part)] for split, parts in self.parts.items()
        }
        if self.holdout:
            if splits["val"]:
                raise UserError("data.holdout: does not go with data.parts.val; leave one out")
            held = set(some([clip.filename for clip in splits["train"]], round(self.holdout * len(splits["train"]))))
            splits["val"] = [clip for clip in splits["train"] if clip.filename in held]
            splits["train"] = [clip for clip in splits["train"] if clip.filename not in held]
        for split, clips in splits.items():
            used = set(some([clip.filename for clip in clips], self.clips[split]))
            splits[split] = [clip for clip in clips if clip.filename in used]
        for clips in splits.values():
            check_labels(clips, self.labels)
        named = ((clip.filename, split, clip.filename) for split, clips in splits.items() for clip in clips)
        for leak in leaks(named):
            raise UserError(f"{leak.item}: is in both {leak.home} and {leak.split}; take it out of one")
        return {split: self._set(clips, split) for split, clips in splits.items() if clips}

    def _set(self, clips: Sequence[Clip], split: str) -> RecordingDataset:
        assert self.audio is not None
        read = self.audio.read([clip.path for clip in clips], split)
        pairs = [(clip, samples) for clip, samples in zip(clips, read, strict=True) if samples is not None]
        rate = self.audio.sample_rate
        waveforms = [samples for _, samples in pairs]
        return RecordingDataset([clip for clip, _ in pairs], waveforms, self.labels, rate, round(self.duration * rate))


def some(filenames: Sequence[str], count: int | None) -> list[str]:
    """So many names with the smallest digests, or all; one name more hardly changes who else is among them."""
    return sorted(filenames, key=lambda filename: hashlib.blake2b(filename.encode()).digest())[:count]


class ExportedMixtureDataModule(ClipDataModule):
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
        sampler: ClipSampler,
        num_workers: int,
        shuffle_seed: int,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed)
        self.root = Path(root)
        self.labels = tuple(labels)
        self.sample_rate = sample_rate

    def open(self) -> dict[str, ClipDataset]:
        return {
            split: ExportedMixtureDataset(
                self.root / split, self.labels, self.sample_rate, with_sources=split == "test"
            )
            for split in SPLITS
            if (self.root / split).is_dir()
        }
