"""Mixtures that are rendered in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsed.data.batch import Batch
from wsed.data.datasets.base import Key
from wsed.data.mixing.base import Recipe
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.render import render
from wsed.data.soundbanks.base import Soundbank


@dataclass
class MixtureDataset:
    """Mixtures rendered when they are asked for.

    Args:
        bank: the recordings of the split.
        recipe: how to plan a mixture.
        seed: of the data.
        split: name of the split.
        clips: how many clips an epoch has.
        fresh: every epoch has mixtures of its own; otherwise every epoch has those of epoch 0.
        scored: for validation or test: every clip is an event in a background.
        with_sources: batches hold the isolated sources.
    """

    bank: Soundbank
    recipe: Recipe
    seed: int
    split: str
    clips: int
    fresh: bool
    scored: bool
    with_sources: bool

    def __post_init__(self) -> None:
        self.recordings = {sound.id: sound.samples for sound in self.bank.events + self.bank.backgrounds}
        # A recipe that does not fit the recordings says so here, before anything is trained.
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
            scored=self.scored,
        )

    def tags(self, epoch: int) -> list[set[str]]:
        plans = (self.plan((epoch, index)) for index in range(self.clips))
        return [{event.label for event in plan.events} for plan in plans]

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        return self.render([self.plan(key) for key in keys])

    def render(self, plans: Sequence[MixturePlan]) -> Batch:
        """Renders plans made by this set, or saved from a set with the same recordings."""
        return render(plans, self.recordings, self.bank.labels, self.bank.sample_rate, self.with_sources)
