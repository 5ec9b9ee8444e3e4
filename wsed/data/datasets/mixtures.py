"""The dataset of mixtures that are rendered in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wsed.data.batch import Batch
from wsed.data.datasets.base import Key
from wsed.data.mixing.base import Recipe
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.render import render
from wsed.data.soundbanks.base import Soundbank


@dataclass
class MixtureDataset:
    """Mixtures that are rendered on demand.

    Args:
        bank: the recordings of the split.
        recipe: plans the mixtures.
        seed: seed of the mixtures.
        split: `train`, `val` or `test`.
        clips: number of clips in an epoch.
        fresh: whether every epoch has new mixtures; otherwise all epochs have those of epoch 0.
        for_evaluation: whether the split is for validation or test.
        with_sources: whether batches have the isolated sources.

    Raises:
        UserError: the recipe does not fit the soundbank.
    """

    bank: Soundbank
    recipe: Recipe
    seed: int
    split: str
    clips: int
    fresh: bool
    for_evaluation: bool
    with_sources: bool

    def __post_init__(self) -> None:
        self.recordings = {recording.id: recording.waveform for recording in self.bank.events + self.bank.backgrounds}
        # Raises if the recipe does not fit, before any training.
        self.plan((0, 0))

    def __len__(self) -> int:
        return self.clips

    def plan(self, key: Key) -> MixturePlan:
        """The plan of one clip."""
        epoch, index = key
        return self.recipe.plan(
            self.bank,
            seed=self.seed,
            split=self.split,
            epoch=epoch if self.fresh else 0,
            index=index,
            clips=self.clips,
            for_evaluation=self.for_evaluation,
        )

    def tags(self, epoch: int) -> Iterator[set[str]]:
        for index in range(self.clips):
            yield {event.label for event in self.plan((epoch, index)).events}

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        return self.render([self.plan(key) for key in keys])

    def render(self, plans: Sequence[MixturePlan]) -> Batch:
        """Renders plans of this dataset, or saved plans of a dataset with the same recordings."""
        return render(plans, self.recordings, self.bank.labels, self.bank.sample_rate, self.with_sources)
