"""The datamodule of mixtures that are rendered in memory."""

from wsed.checks.ranges import BatchSize, Clips, Fold, ListOrEmpty, OfSplits, Seed, Workers
from wsed.data.corpus_info import CorpusInfo
from wsed.data.datamodules.base import SPLITS, ClipDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.base import Recipe
from wsed.data.samplers.base import ClipSampler
from wsed.data.soundbanks.base import Soundbank, SoundbankLoader, check_splits
from wsed.errors import UserError


class MixtureDataModule(ClipDataModule):
    """Mixtures of a soundbank's recordings, rendered in memory.

    Args:
        soundbank: loads the recordings.
        recipe: plans the mixtures.
        folds: folds of the soundbank for `train`, `val` and `test`; empty for a split that is not used.
        clips: number of clips of each split in an epoch; None for all that the recipe has, if it says how many.
        batch_size: number of clips in a batch, over all devices.
        sampler: sampler of the training clips.
        num_workers: processes that prepare batches, 0 for a thread, None to choose; does not change the result.
        seed: seed of the mixtures.
        shuffle_seed: seed of the order of the training clips.
    """

    def __init__(
        self,
        soundbank: SoundbankLoader,
        recipe: Recipe,
        folds: OfSplits[ListOrEmpty[Fold]],
        clips: OfSplits[Clips | None],
        batch_size: BatchSize,
        sampler: ClipSampler,
        num_workers: Workers | None,
        seed: Seed,
        shuffle_seed: Seed,
    ) -> None:
        super().__init__(batch_size, sampler, num_workers, shuffle_seed, getattr(soundbank, "audio", None))
        self.seed = seed
        self.soundbank = soundbank
        self.recipe = recipe
        self.folds = folds
        self.clips = clips

    @property
    def clip_seconds(self) -> float | None:
        """See `ClipDataModule`."""
        return getattr(self.recipe, "duration", None)

    @property
    def info(self) -> CorpusInfo | None:
        """See `ClipDataModule`."""
        return getattr(self.soundbank, "info", None)

    def open(self) -> dict[str, ClipDataset]:
        """See `ClipDataModule`. A split is used if it has folds and clips.

        Raises:
            UserError: the folds cannot be used, or the number of clips is left to a recipe that has none.
        """
        used = {split: self.folds[split] for split in SPLITS if self.folds[split] and self.clips[split] != 0}
        bank = self.soundbank.load()
        check_splits(bank, used)
        return {split: self._dataset(split, bank.split(split, folds)) for split, folds in used.items()}

    def _dataset(self, split: str, bank: Soundbank) -> MixtureDataset:
        clips, for_evaluation = self.clips[split], split != "train"
        if clips is None:
            if not hasattr(self.recipe, "clips"):
                raise UserError(f"data.clips.{split}: is null, and this choice of mixing has no number; set one")
            clips = self.recipe.clips(bank, for_evaluation)
        return MixtureDataset(
            bank=bank,
            recipe=self.recipe,
            seed=self.seed,
            split=split,
            clips=clips,
            fresh=getattr(self.recipe, "fresh", True) and not for_evaluation,
            for_evaluation=for_evaluation,
            with_sources=split == "test" or self.trains_on_sources,
        )
