"""The datamodule of mixtures that are rendered in memory."""

from wsed.checks.ranges import BatchSize, Clips, Fold, ListOrEmpty, OfSplits, Seed, Workers
from wsed.data.corpus_info import CorpusInfo
from wsed.data.datamodules.base import SPLITS, ClipDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.base import Recipe
from wsed.data.samplers.base import ClipSampler
from wsed.data.soundbanks.base import SoundbankLoader, check_splits


class MixtureDataModule(ClipDataModule):
    """Mixtures of a soundbank's recordings, rendered in memory.

    Args:
        soundbank: loads the recordings.
        recipe: plans the mixtures.
        folds: folds of the soundbank for `train`, `val` and `test`; empty for a split that is not used.
        clips: number of clips of each split in an epoch.
        fresh: whether every epoch has new training mixtures; otherwise all epochs have the same ones.
        batch_size: number of clips in a batch, over all devices.
        sampler: sampler of the training clips.
        num_workers: number of processes that render; does not change the result.
        seed: seed of the mixtures.
        shuffle_seed: seed of the order of the training clips.
    """

    def __init__(
        self,
        soundbank: SoundbankLoader,
        recipe: Recipe,
        folds: OfSplits[ListOrEmpty[Fold]],
        clips: OfSplits[Clips],
        fresh: bool,
        batch_size: BatchSize,
        sampler: ClipSampler,
        num_workers: Workers,
        seed: Seed,
        shuffle_seed: Seed,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed, getattr(soundbank, "audio", None))
        self.seed = seed
        self.soundbank = soundbank
        self.recipe = recipe
        self.folds = folds
        self.clips = clips
        self.fresh = fresh

    @property
    def clip_seconds(self) -> float | None:
        """See `ClipDataModule`."""
        return getattr(self.recipe, "duration", None)

    @property
    def info(self) -> CorpusInfo | None:
        """See `ClipDataModule`."""
        return getattr(self.soundbank, "info", None)

    def open(self) -> dict[str, ClipDataset]:
        """See `ClipDataModule`. A split is used if it has folds and clips."""
        used = {split: self.folds[split] for split in SPLITS if self.folds[split] and self.clips[split]}
        bank = self.soundbank.load()
        check_splits(bank, used)
        return {
            split: MixtureDataset(
                bank=bank.split(split, folds),
                recipe=self.recipe,
                seed=self.seed,
                split=split,
                clips=self.clips[split],
                fresh=self.fresh and split == "train",
                for_evaluation=split != "train",
                with_sources=split == "test",
            )
            for split, folds in used.items()
        }
