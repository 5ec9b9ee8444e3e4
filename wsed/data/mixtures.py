"""Sets of clips that a loader draws from: mixed in memory, or read from a folder."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from wsed.data.audio import read_audio
from wsed.data.batch import Batch
from wsed.data.plan import MixturePlan, Recipe
from wsed.data.render import render, strong_labels
from wsed.data.soundbank import Soundbank
from wsed.errors import UserError

Key = tuple[int, int]
"""Epoch and index: what tells one clip of a split from another."""


class ClipSet(Protocol):
    """A split: `len()` clips, of which any batch can be had by its keys, in any process."""

    def __len__(self) -> int: ...

    def __getitem__(self, keys: Sequence[Key]) -> Batch: ...

    def tags(self, epoch: int) -> list[set[str]]:
        """The event classes of every clip of an epoch, without rendering any."""
        ...


@dataclass
class MemorySet:
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


@dataclass
class FolderSet:
    """Mixtures that `wsed data mix` wrote; see `wsed/data/store.py` for the layout.

    Args:
        folder: of the split.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        with_sources: batches hold the isolated sources.
    """

    folder: Path
    labels: Sequence[str]
    sample_rate: int
    with_sources: bool

    def __post_init__(self) -> None:
        table = self.folder / "plan.jsonl"
        if not table.is_file():
            raise UserError(f"{table}: does not exist; write the folder with `wsed data mix`")
        self.plans = [MixturePlan.from_dict(json.loads(line)) for line in table.read_text().splitlines()]

    def __len__(self) -> int:
        return len(self.plans)

    def tags(self, epoch: int) -> list[set[str]]:
        return [{event.label for event in plan.events} for plan in self.plans]

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        plans = [self.plans[index] for _, index in keys]
        weak = torch.zeros(len(plans), len(self.labels))
        for clip, plan in enumerate(plans):
            for event in plan.events:
                weak[clip, self.labels.index(event.label)] = 1
        batch = Batch(
            filenames=[plan.filename for plan in plans],
            waveform=torch.stack([self._read(self.folder / "audio" / plan.filename) for plan in plans]),
            weak=weak,
            background=torch.tensor([float(plan.background is not None) for plan in plans]),
            events=[strong_labels(plan, self.sample_rate) for plan in plans],
            plans=plans,
        )
        if self.with_sources:
            batch.sources = torch.stack(
                [torch.stack([self._source(plan, label) for label in self.labels]) for plan in plans]
            )
            batch.background_source = torch.stack([self._source(plan, "background") for plan in plans])
        return batch

    def _source(self, plan: MixturePlan, name: str) -> torch.Tensor:
        path = self.folder / "sources" / Path(plan.filename).stem / f"{name}.wav"
        return self._read(path) if path.exists() else torch.zeros(plan.samples)

    def _read(self, path: Path) -> torch.Tensor:
        return read_audio(path, self.sample_rate)
