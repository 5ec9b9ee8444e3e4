"""Soundbanks: the isolated events and the backgrounds that mixtures are made of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from wsed.checks.labels import check_labels
from wsed.data.leakage import leaks
from wsed.errors import UserError


@dataclass(frozen=True)
class Recording:
    """One isolated sound.

    Attributes:
        id: unique name in the soundbank, such as the path of its file below the root.
        label: event class, or the scene of a background.
        fold: cross-validation fold, from 1.
        group: the original recording. Takes of one original have the same group, so that they are never in two splits.
        waveform: `(samples,)` float32 mono at the sample rate of the soundbank, on the CPU.

    Raises:
        UserError: the waveform is silent or not finite.
    """

    id: str
    label: str
    fold: int
    group: str
    waveform: Tensor

    def __post_init__(self) -> None:
        if self.waveform.ndim != 1 or self.waveform.dtype != torch.float32:
            raise ValueError(f"{self.id}: the waveform must be a one-dimensional float32 tensor")
        # NumPy, because PyTorch's threads wait for each other on a busy machine.
        samples = self.waveform.numpy()
        if not np.isfinite(samples).all():
            raise UserError(f"{self.id}: has samples that are not finite; re-export the file or remove it")
        if not samples.any():
            raise UserError(f"{self.id}: is silent; replace the file or remove it")


@dataclass(frozen=True)
class Soundbank:
    """Recordings at one sample rate.

    Attributes:
        sample_rate: Hz.
        labels: event classes in the order of the `class` axis.
        events: isolated events; the label of each is one of `labels`.
        backgrounds: scenes that contain none of the events.
    """

    sample_rate: int
    labels: tuple[str, ...]
    events: tuple[Recording, ...]
    backgrounds: tuple[Recording, ...]

    def __post_init__(self) -> None:
        check_labels(self.labels)

    def events_of(self, label: str) -> list[Recording]:
        """The events of a class."""
        return [event for event in self.events if event.label == label]

    def split(self, name: str, folds: Sequence[int]) -> "Soundbank":
        """The recordings in some of the folds.

        Args:
            name: name of the split, such as `train`, for messages.
            folds: fold numbers.

        Raises:
            UserError: a fold does not exist, a class has no event, or there is no background.
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
        counts = Counter(recording.label for recording in part.events)
        missing = [label for label in self.labels if not counts[label]]
        where = f"the {name} split (folds {list(folds)})"
        cure = f"add folds to data.folds.{name} or recordings to the soundbank"
        if missing:
            raise UserError(f"class {missing[0]} has no recordings in {where}; {cure}")
        if not part.backgrounds:
            raise UserError(f"there is no background in {where}; {cure}")
        return part


class SoundbankLoader(Protocol):
    """Loads a soundbank. `MixtureDataModule` splits it by folds and mixes it.

    To add a soundbank, write one class with this method and one YAML in `conf/data/`. The YAML has the defaults
    `_mixtures`, and `_audio` if there are files; it defines `data.labels` and `data.folds`; and its `soundbank` node
    has the class as `_target_` and the arguments of its constructor as keys, as in `conf/data/urbansound8k.yaml`. If
    the recordings are files, derive the class from `wsed.data.soundbanks.files.FileSoundbankLoader`, which reads,
    caches and validates them.
    """

    def load(self) -> Soundbank:
        """Loads every recording; shows its progress if that takes seconds.

        Returns:
            All recordings with their folds. Equal arguments of the constructor give equal soundbanks.

        Raises:
            UserError: recordings are missing or cannot be used.
        """
        ...


def check_splits(bank: Soundbank, splits: Mapping[str, Sequence[int]]) -> None:
    """Checks that no two splits share an original recording.

    Args:
        bank: soundbank with all recordings.
        splits: folds of each split.

    Raises:
        UserError: two splits do; the message names the recording and the splits.
    """
    used = (
        (recording.group, name, recording)
        for name, folds in splits.items()
        for recording in bank.events + bank.backgrounds
        if recording.fold in folds
    )
    for leak in leaks(used):
        raise UserError(
            f"{leak.item.id}: takes of {leak.item.group} are in both {leak.first_split} and {leak.split}; "
            f"give data.folds.{leak.first_split} and data.folds.{leak.split} different folds"
        )


def assign_folds(groups: Iterable[str], folds: int) -> dict[str, int]:
    """Distributes original recordings evenly over folds 1 to `folds`; only their names count.

    Args:
        groups: names of original recordings; duplicates count once.
        folds: the number of folds, at least 1.

    Returns:
        The fold of each group. It depends on the set of names, not on their order.
    """
    return {group: 1 + position % folds for position, group in enumerate(sorted(set(groups)))}
