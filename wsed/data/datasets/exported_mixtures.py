"""The dataset of mixtures on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from wsed.data.audio.io import read_audio
from wsed.data.batch import Batch
from wsed.data.datasets.base import Key
from wsed.data.mixing.plan import MixturePlan
from wsed.data.mixing.render import strong_labels
from wsed.data.mixture_folder import MixtureFolder
from wsed.errors import UserError


@dataclass
class ExportedMixtureDataset:
    """Mixtures that `wsed data mix` wrote; see `wsed/data/mixture_folder.py` for the layout.

    All plans and the headers of all audio files are checked when the dataset is created.

    Args:
        folder: folder of the split.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        with_sources: whether batches have the isolated sources.

    Raises:
        UserError: the folder holds no such mixtures, or a file is missing or does not match its plan.
    """

    folder: Path
    labels: Sequence[str]
    sample_rate: int
    with_sources: bool

    def __post_init__(self) -> None:
        self.files = MixtureFolder(self.folder)
        self.plans = self.files.read_plans(self.labels)
        for problem in self.files.problems(self.plans, self.sample_rate, self.with_sources):
            raise UserError(problem)

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
            waveform=torch.stack([self._read(self.files.mixture(plan)) for plan in plans]),
            weak=weak,
            background=torch.tensor([float(plan.background is not None) for plan in plans]),
            events=[strong_labels(plan, self.sample_rate) for plan in plans],
            plans=plans,
            has_strong=torch.ones(len(plans), dtype=torch.bool),
        )
        if self.with_sources:
            batch.sources = torch.stack(
                [torch.stack([self._source(plan, label) for label in self.labels]) for plan in plans]
            )
            batch.background_source = torch.stack([self._source(plan, "background") for plan in plans])
        return batch

    def _source(self, plan: MixturePlan, name: str) -> Tensor:
        """`(samples,)` of a class or the background; zeros if the clip does not have it."""
        path = self.files.sources(plan).get(name)
        return torch.zeros(plan.samples) if path is None else self._read(path)

    def _read(self, path: Path) -> Tensor:
        return read_audio(path, self.sample_rate)
