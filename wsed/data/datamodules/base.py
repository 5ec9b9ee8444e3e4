"""The base class of datamodules."""

from abc import abstractmethod
from collections.abc import Iterable

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_only

from wsed.data.audio.cache import AudioCache
from wsed.data.corpus_info import CorpusInfo
from wsed.data.datasets.base import ClipDataset, Key
from wsed.data.loader import ClipLoader
from wsed.data.samplers.base import ClipSampler
from wsed.data.samplers.epoch_sampler import EpochSampler
from wsed.data.samplers.sequential import Sequential
from wsed.errors import UserError

print_once = rank_zero_only(print)
"""Prints in the first of several processes that train together."""

SPLITS = ("train", "val", "test")

FITTING_CLIPS = 500
"""The largest number of training clips that post-processing is fitted on."""


class ClipDataModule(pl.LightningDataModule):
    """Loaders over the datasets of the splits `train`, `val` and `test`. A subclass creates the datasets in `open`.

    To add a kind of dataset, write a dataset (`ClipDataset`) and a subclass of this class, and one YAML in `conf/data/`
    that defines `data.labels` and `data.sample_rate` and has the subclass as `_target_` of its `module` node, as in
    `conf/data/mixed.yaml`. A new soundbank, corpus or recipe needs no new datamodule.

    Attributes:
        datasets: datasets by split, available after `setup`.
        remarks: what the user should know about the data, one line each; `open` may add some, and `setup` prints them.
        trains_on_sources: whether the batches of `train` and `val` should have the isolated sources, too, if they are
            known; set before `setup`.

    Args:
        batch_size: number of clips in a batch, over all devices.
        sampler: sampler of the training clips.
        num_workers: processes that prepare batches, 0 for a thread, None to choose; does not change the result.
        shuffle_seed: seed of the order of the training clips.
        audio: reads the recordings, if there are any.
    """

    def __init__(
        self,
        batch_size: int,
        sampler: ClipSampler,
        num_workers: int | None,
        shuffle_seed: int,
        audio: AudioCache | None = None,
    ) -> None:
        super().__init__()
        self.audio = audio
        self.batch_size = batch_size
        self.sampler = sampler
        self.num_workers = num_workers
        self.shuffle_seed = shuffle_seed
        self.datasets: dict[str, ClipDataset] = {}
        self.remarks: list[str] = []
        self.trains_on_sources = False

    @property
    def clip_seconds(self) -> float | None:
        """Duration of every clip, if it is known before the data are read."""
        return None

    @property
    def info(self) -> CorpusInfo | None:
        """Facts about the corpus, if they are known."""
        return None

    @abstractmethod
    def open(self) -> dict[str, ClipDataset]:
        """The dataset of each split that is used. The batches of `test` have the isolated sources, if known.

        Raises:
            UserError: the data cannot be used.
        """

    def setup(self, stage: str | None = None) -> None:
        """Opens the datasets, once.

        Args:
            stage: `test` for data that have no training clips.

        Raises:
            UserError: the data cannot be used, or `train` or `test` has no clips.
        """
        if self.datasets:
            return
        self.datasets = self.open()
        for split in ("test",) if stage == "test" else ("train", "test"):
            if split not in self.datasets or not len(self.datasets[split]):
                raise UserError(f"the {split} split has no data; check data.folds.{split} and data.clips.{split}")
        for remark in self.remarks:
            print_once(remark)

    def train_dataloader(self) -> ClipLoader:
        """Training clips as the sampler draws them; on several devices, this device's share of each batch.

        Raises:
            UserError: the devices cannot share a batch evenly.
        """
        rank, devices = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        if self.batch_size % devices:
            raise UserError(f"data.batch_size={self.batch_size}: is not a multiple of the {devices} devices")
        return self._epochs("train", self.sampler, rank, devices)

    def val_dataloader(self) -> list[ClipLoader]:
        """Validation clips in order; an empty list without a validation split."""
        return [self._epochs("val", Sequential())] if "val" in self.datasets else []

    def test_dataloader(self) -> ClipLoader:
        """Test clips in order."""
        return self._epochs("test", Sequential())

    @property
    def fits_on_training(self) -> bool:
        """Whether `fitting_dataloader` has training clips."""
        return "val" not in self.datasets

    def fitting_dataloader(self) -> ClipLoader:
        """Clips that post-processing is fitted on: those of validation, or the first training clips if there are none.

        Of the training clips, there are at most `FITTING_CLIPS`, in the order of the first epoch.

        Raises:
            UserError: there are no training clips either.
        """
        if not self.fits_on_training:
            return self._epochs("val", Sequential())
        if "train" not in self.datasets:
            raise UserError("postprocessing: there are no validation and no training clips to fit it on")
        size = self.batch_size
        keys = [(0, index) for index in range(min(FITTING_CLIPS, len(self.datasets["train"])))]
        batches = [keys[start : start + size] for start in range(0, len(keys), size)]
        return self._loader("train", batches)

    def _loader(self, split: str, batches: Iterable[list[Key]]) -> ClipLoader:
        gpu, sharing = False, 1
        if self.trainer:
            gpu, sharing = self.trainer.strategy.root_device.type == "cuda", self.trainer.num_devices
        return ClipLoader(self.datasets[split], batches, self.num_workers, self.shuffle_seed, gpu, sharing)

    def _epochs(self, split: str, sampler: ClipSampler, rank: int = 0, world_size: int = 1) -> ClipLoader:
        dataset = self.datasets[split]
        return self._loader(split, EpochSampler(dataset, self.batch_size, sampler, self.shuffle_seed, rank, world_size))
