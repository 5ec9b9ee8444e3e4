"""The events of all clips as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class ClipEvents:
    """Events of clips, sorted by clip, then by class, then as in the reference.

    Attributes:
        clip: `(event,)`, the index of the clip.
        label: `(event,)`, the index of the class.
        onset: `(event,)` in seconds.
        offset: `(event,)` in seconds.
        first: `(clip + 1,)`, the first event of each clip, and the number of all events.
    """

    clip: Index
    label: Index
    onset: Array
    offset: Array
    first: Index

    def of_clip(self, clip: int) -> dict[int, Array]:
        """Onset and offset of the events of each class that a clip has, `(event, 2)` by the index of the class."""
        events = slice(self.first[clip], self.first[clip + 1])
        labels, times = self.label[events], np.stack([self.onset[events], self.offset[events]], 1)
        return {int(label): times[labels == label] for label in np.unique(labels)}

    def pairs(self, other: "ClipEvents") -> tuple[Index, Index]:
        """Each event with each of the other events in its clip: the indices of both."""
        return with_each(self.clip, other.first)


def with_each(clip: Index, first: Index) -> tuple[Index, Index]:
    """Each item with each of the events in its clip: the indices of both.

    Args:
        clip: `(item,)`, the index of the clip.
        first: `(clip + 1,)`, see `ClipEvents`.
    """
    number = np.diff(first)[clip]
    item = np.repeat(np.arange(len(clip)), number)
    return item, np.arange(len(item)) + np.repeat(first[clip] - (np.cumsum(number) - number), number)


def clip_events(reference: pd.DataFrame, labels: Sequence[str], filenames: Sequence[str]) -> ClipEvents:
    """The events of a reference, or those that a system reports.

    Args:
        reference: the events, `filename onset offset event_label`.
        labels: event classes; events of others are left out.
        filenames: names of the clips; events in others are left out.
    """
    events = reference.dropna(subset=["event_label"])
    clip = pd.Index(filenames).get_indexer(pd.Index(events["filename"]))
    label = pd.Index(labels).get_indexer(pd.Index(events["event_label"]))
    order = np.lexsort((label, clip))
    order = order[(clip[order] >= 0) & (label[order] >= 0)]
    onset, offset = (events[name].to_numpy(float)[order] for name in ("onset", "offset"))
    first = np.searchsorted(clip[order], np.arange(len(filenames) + 1))
    return ClipEvents(clip[order], label[order], onset, offset, first)
