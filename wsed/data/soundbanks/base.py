"""Soundbank: isolated events by class and backgrounds by scene, the raw material of every mixture."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from wsed.data.leakage import leaks
from wsed.errors import UserError


@dataclass(frozen=True)
class Recording:
    """One isolated sound.

    Attributes:
        id: unique name in its soundbank, such as the file's path below the root.
        label: event class, or scene for a background.
        fold: cross-validation fold, from 1.
        group: the original recording; two takes of one original share it, and so never land in two splits.
        samples: `(samples,)` float32 mono at the soundbank's rate, on the CPU.
    """

    id: str
    label: str
    fold: int
    group: str
    samples: Tensor

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != torch.float32:
            raise ValueError(f"{self.id}: samples must be a one-dimensional float32 tensor")
        # By numpy, for torch's threads wait for each other on a busy machine.
        samples = self.samples.numpy()
        if not np.isfinite(samples).all():
            raise UserError(f"{self.id}: holds samples that are not finite; re-export the file or remove it")
        if not samples.any():
            raise UserError(f"{self.id}: is silent; replace the file or remove it")


@dataclass(frozen=True)
class Soundbank:
    """Recordings at one sample rate.

    Attributes:
        sample_rate: Hz.
        labels: event classes in the order of the `class` axis.
        events: isolated events; every label is one of `labels`.
        backgrounds: scenes without any of the events.
    """

    sample_rate: int
    labels: tuple[str, ...]
    events: tuple[Recording, ...]
    backgrounds: tuple[Recording, ...]

    def __post_init__(self) -> None:
        if "background" in self.labels:
            raise UserError("an event class cannot be called background, which is what all else is called; rename it")

    def of(self, label: str) -> list[Recording]:
        """The events of a class."""
        return [event for event in self.events if event.label == label]

    def split(self, name: str, folds: Sequence[int]) -> "Soundbank":
        """The part of the soundbank that lies in `folds`.

        Args:
            name: what the split is called in messages, such as `train`.
            folds: fold numbers.

        Raises:
            UserError: a fold that does not exist, a class without an event, or no background.
        """
        known = sorted({recording.fold for recording in self.events + self.backgrounds})
        unknown = sorted(set(folds) - set(known))
        if unknown:
            raise UserError(f"data.folds.{name}: fold {unknown[0]} does not exist; this soundbank has folds {known}")
        part = Soundbank(
            self.sample_rate,
            self.labels,
            tuple(recording for recording in self.events if recording.fold in folds),
            tuple(recording for recording in self.backgrounds if recording.fold in folds),
        )
        have = Counter(recording.label for recording in part.events)
        missing = [label for label in self.labels if not have[label]]
        where = f"the {name} split (folds {list(folds)})"
        cure = f"add folds to data.folds.{name} or recordings to the soundbank"
        if missing:
            raise UserError(f"class {missing[0]} has no recordings in {where}; {cure}")
        if not part.backgrounds:
            raise UserError(f"there is no background in {where}; {cure}")
        return part


class SoundbankLoader(Protocol):
    """Where a soundbank comes from. One file of `wsed/data/` and one YAML of `conf/data/` make a new one."""

    def load(self) -> Soundbank:
        """Reads, checks and returns every recording; may take seconds, and then shows its progress."""
        ...


def check_splits(bank: Soundbank, splits: dict[str, Sequence[int]]) -> None:
    """Refuses splits that share an original recording, or a split without folds.

    Raises:
        UserError: naming the recording or the split.
    """
    used = (
        (recording.group, name, recording)
        for name, folds in splits.items()
        for recording in bank.events + bank.backgrounds
        if recording.fold in folds
    )
    for leak in leaks(used):
        raise UserError(
            f"{leak.item.id}: takes of the recording {leak.item.group} are in both {leak.home} and {leak.split}; "
            f"give data.folds.{leak.home} and data.folds.{leak.split} different folds"
        )


def assign_folds(groups: Iterable[str], folds: int) -> dict[str, int]:
    """Spreads original recordings evenly over folds 1 to `folds`, by name alone.

    Args:
        groups: names of original recordings; repeats count once.
        folds: how many folds, at least 1.

    Returns:
        The fold of each group. It depends on the set of names, not on their order.
    """
    return {group: 1 + position % folds for position, group in enumerate(sorted(set(groups)))}
