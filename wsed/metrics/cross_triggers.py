"""Cross triggers: false alarms of a class that lie in events of other classes, at every threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.frame_scores import Array, FrameScores
from wsed.metrics.true_events import Index, TrueEvents

DECIMALS = 6
"""Decimals of a second to which sed_scores_eval rounds times before it compares them."""

SLACK = 1e-5
"""Seconds. More than rounding can change."""

Scores = NDArray[np.floating]


@dataclass(frozen=True)
class Crossed:
    """Changes of the number of cross triggers as the threshold falls below the score of a frame.

    Attributes:
        frame: `(change,)`, the index of the frame.
        other: `(change,)`, the index of the class whose events are hit.
        amount: `(change,)`, the change.
    """

    frame: Index
    other: Index
    amount: Index


class CrossTriggers:
    """Finds the cross triggers of a class in the clips that have no event of the class, but events of others.

    In such a clip, every run of frames above a threshold is a false alarm. There are as many runs at all thresholds
    together as there are frames with different scores: those that begin and end at the next lower score on both sides.
    As the threshold falls below a score, its run appears, and the runs inside of it are gone.

    Args:
        scores: the frames.
        events: the true events.
        share: share of a run that must lie in events of another class to make it a cross trigger.
    """

    def __init__(self, scores: FrameScores, events: TrueEvents, share: float) -> None:
        self.events = events
        self.share = share
        self.clip = scores.clip
        # A place before each clip and one behind the last have no score.
        self.place = np.arange(len(self.clip)) + self.clip + 1
        size = len(self.clip) + len(scores.filenames) + 1
        self.frame = np.zeros(size, np.int64)
        self.frame[self.place] = np.arange(len(self.clip))
        self.edges = self._padded(scores.onsets), self._padded(scores.offsets)
        self.heard = tuple(self._padded(self._heard(times)) for times in (scores.onsets, scores.offsets))

    def find(self, values: Scores, inside: NDArray[np.bool_]) -> Crossed:
        """The cross triggers of a class.

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
        (begin, end), (heard_before, heard_behind) = self.edges, self.heard
        length = end[behind - 1] - begin[before + 1]
        heard = heard_behind[behind - 1] - heard_before[before + 1]
        # An upper bound of what lies in the events of one class; most runs lie in none.
        kept = heard >= self.share * length - SLACK
        run, other = self._crossing(own[kept], before[kept], behind[kept], length[kept])
        own, before, behind = own[kept][run], before[kept][run], behind[kept][run]
        outer = np.where(padded[before] >= padded[behind], before, behind)
        grows = padded[outer] > -np.inf
        return self._changes(np.append(own, outer[grows]), np.append(other, other[grows]), len(own))

    def _crossing(self, own: Index, before: Index, behind: Index, length: Array) -> tuple[Index, Index]:
        """Which runs are cross triggers of which class: the index of the run, and that of the class."""
        events, clip = self.events, self.clip[self.frame[own]]
        number = np.diff(events.first)[clip]
        run = np.repeat(np.arange(len(own)), number)
        event = np.arange(len(run)) + np.repeat(events.first[clip] - (np.cumsum(number) - number), number)
        onset, offset = self.edges[0][before + 1][run], self.edges[1][behind - 1][run]
        shared = np.maximum(np.minimum(offset, events.offset[event]) - np.maximum(onset, events.onset[event]), 0)
        label = events.label[event]
        first = np.flatnonzero(np.diff(run, prepend=-1) | np.diff(label, prepend=-1))
        total = np.add.reduceat(shared, first) if len(first) else shared
        run, label = run[first], label[first]
        hit = np.round(total, DECIMALS) >= np.round(self.share * length[run], DECIMALS)
        return run[hit], label[hit]

    def _changes(self, place: Index, other: Index, appear: int) -> Crossed:
        """Sums changes of the same class at the same place, of which the first `appear` are runs that appear."""
        labels = int(other.max(initial=0)) + 1
        key = place * labels + other
        order = np.argsort(key)
        key = key[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        sign = np.where(order < appear, 1, -1)
        amount = np.add.reduceat(sign, first) if len(first) else sign
        key, amount = key[first][amount != 0], amount[amount != 0]
        return Crossed(self.frame[key // labels], key % labels, amount)

    def _heard(self, times: Array) -> Array:
        """Seconds of events of all classes together that a clip has had at these times, one for each frame."""
        events, number = self.events, np.diff(self.events.first)
        total = np.zeros(len(times))
        for turn in range(int(number.max(initial=0))):
            having = np.flatnonzero(number[self.clip] > turn)
            event = events.first[self.clip[having]] + turn
            total[having] += np.maximum(np.minimum(times[having], events.offset[event]) - events.onset[event], 0)
        return total

    def _padded(self, values: Array) -> Array:
        padded = np.zeros(len(self.frame))
        padded[self.place] = values
        return padded


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
