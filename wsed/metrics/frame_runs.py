"""Runs of frames above any threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.clip_events import ClipEvents, Index, with_each
from wsed.metrics.frame_scores import Array, FrameScores

Scores = NDArray[np.floating]


@dataclass(frozen=True)
class Runs:
    """Runs of frames of one class.

    Attributes:
        frame: `(run,)`, a frame with the lowest score; the run appears when the threshold falls below this score.
        outer: `(run,)`, a frame with the score below which the run is part of a longer one; -1 if it lasts for ever.
        clip: `(run,)`, the index of the clip.
        onset: `(run,)` in seconds.
        offset: `(run,)` in seconds.
        heard: `(run,)`, seconds of events of all classes together inside of the run.
    """

    frame: Index
    outer: Index
    clip: Index
    onset: Array
    offset: Array
    heard: Array

    def only(self, chosen: NDArray[np.bool_]) -> "Runs":
        """Some of the runs."""
        return Runs(*(getattr(self, name)[chosen] for name in ("frame", "outer", "clip", "onset", "offset", "heard")))

    def met(self, events: ClipEvents) -> tuple[Index, Index]:
        """Each run with each event of its clip: the index of the run and that of the event."""
        return with_each(self.clip, events.first)


class FrameRuns:
    """Finds the runs of frames that are above any threshold.

    There are as many in a clip as there are frames with different scores: each run ends at the next lower score on both
    sides of a frame. As the threshold falls below a score, the run of the frame appears, and those inside of it are
    gone.

    Args:
        scores: the frames.
        events: the true events.
    """

    def __init__(self, scores: FrameScores, events: ClipEvents) -> None:
        self.clip = scores.clip
        # A place before each clip and one behind the last have no score.
        self.place = np.arange(len(self.clip)) + self.clip + 1
        self.frame = np.full(len(self.clip) + len(scores.filenames) + 1, -1)
        self.frame[self.place] = np.arange(len(self.clip))
        self.onsets, self.offsets = scores.onsets, scores.offsets
        self.heard = [_heard(times, self.clip, events) for times in (scores.onsets, scores.offsets)]

    def of(self, values: Scores, inside: NDArray[np.bool_]) -> Runs:
        """The runs of a class.

        Args:
            values: `(frame,)`, the scores of the class.
            inside: `(frame,)`, whether a frame is in a clip to look at.
        """
        padded = np.full(len(self.frame), -np.inf, values.dtype)
        padded[self.place] = values
        own = self.place[inside]
        before, behind = next_lower(padded, own, -1, equal=True), next_lower(padded, own, 1, equal=False)
        # A frame with the score of an earlier one may have the same run.
        kept = padded[before] < padded[own]
        own, before, behind = own[kept], before[kept], behind[kept]
        outer = self.frame[np.where(padded[before] >= padded[behind], before, behind)]
        frame, first, last = self.frame[own], self.frame[before + 1], self.frame[behind - 1]
        heard = self.heard[1][last] - self.heard[0][first]
        return Runs(frame, outer, self.clip[frame].astype(np.int64), self.onsets[first], self.offsets[last], heard)


def next_lower(values: Scores, own: Index, step: int, equal: bool) -> Index:
    """The nearest place with a lower value in one direction.

    Args:
        values: `(place,)`; the first and the last are the lowest.
        own: places to start from.
        step: 1 to look behind them, -1 to look before them.
        equal: whether to stop at an equal value as well.
    """
    nearest = np.arange(len(values)) + step
    goes_on = np.greater if equal else np.greater_equal
    left, value = own, values[own]
    at = nearest[left]
    while True:
        high = goes_on(values[at], value)
        left, value, at = left[high], value[high], at[high]
        if not len(left):
            return nearest[own]
        # What lies between is at least as high as the place that was found so far, and can be skipped.
        at = nearest[at]
        nearest[left] = at


def _heard(times: Array, clip: NDArray[np.int32], events: ClipEvents) -> Array:
    """Seconds of events of all classes together that a clip has had at these times, one for each frame."""
    number = np.diff(events.first)
    total = np.zeros(len(times))
    for turn in range(int(number.max(initial=0))):
        having = np.flatnonzero(number[clip] > turn)
        event = events.first[clip[having]] + turn
        total[having] += np.maximum(np.minimum(times[having], events.offset[event]) - events.onset[event], 0)
    return total
