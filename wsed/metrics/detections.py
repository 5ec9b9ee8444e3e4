"""Detections of one class that are found, false alarms or cross triggers, at every threshold."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.base import Array
from wsed.metrics.clip_events import ClipEvents, Index
from wsed.metrics.frame_runs import Runs, Scores

DECIMALS = 6
"""Decimals of a second to which sed_scores_eval rounds times before it compares them."""

SLACK = 1e-5
"""Seconds. More than rounding can change."""

CLOSE = 1e-3
"""Units of the last decimal. Nearer to the middle between two, the order of a sum may decide how it is rounded."""


def _none() -> Index:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Detections:
    """Changes of counts as the threshold falls below the score of a frame.

    Attributes:
        found: `(frame,)`, the change of the number of detected events.
        alarms: `(frame,)`, the change of the number of false alarms; None where it is not known.
        doubtful: indices of clips where sed_scores_eval has to count, see `found_by_overlap` and `found_by_boundaries`.
        crossed: `(cross,)`, frames at which the number of cross triggers changes.
        other: `(cross,)`, the index of the class whose events they hit.
        triggers: `(cross,)`, the change of the number of cross triggers.
    """

    found: Index
    alarms: Index | None
    doubtful: Index
    crossed: Index = field(default_factory=_none)
    other: Index = field(default_factory=_none)
    triggers: Index = field(default_factory=_none)


def found_by_overlap(
    runs: Runs, events: ClipEvents, label: int, values: Scores, dtc: float, gtc: float, cttc: float | None
) -> Detections:
    """Intersection-based counts; see `intersection_statistics` for the tolerances.

    Clips are doubtful in which the order of a sum of overlaps may decide whether an event is found.

    Args:
        runs: the runs of the class.
        events: the true events.
        label: the index of the class.
        values: `(frame,)`, the scores of the class.
        dtc: see `intersection_statistics`.
        gtc: see `intersection_statistics`.
        cttc: see `intersection_statistics`.
    """
    # Most runs have too little of any event.
    near = runs.heard >= min(dtc, cttc or dtc) * (runs.offset - runs.onset) - SLACK
    own = runs.only(near)
    length = own.offset - own.onset
    run, event = own.met(events)
    shared = np.maximum(
        np.minimum(own.offset[run], events.offset[event]) - np.maximum(own.onset[run], events.onset[event]), 0
    )
    mine = events.label[event] == label
    total = np.bincount(run[mine], shared[mine], len(length))
    relevant = np.round(total, DECIMALS) >= np.round(dtc * length, DECIMALS)
    false = np.ones(len(near), bool)
    false[near] = ~relevant
    gone = runs.outer[false & (runs.outer >= 0)]
    alarms = np.bincount(runs.frame[false], minlength=len(values)) - np.bincount(gone, minlength=len(values))
    rows = mine & relevant[run] & (shared > 0)
    frame, event_, covered = _progress(own, run[rows], event[rows], shared[rows], values)
    need = np.round(gtc * (events.offset - events.onset), DECIMALS)
    found = _turns(frame, event_, np.round(covered, DECIMALS) >= need[event_], len(values))
    unsure = np.abs(covered * 10**DECIMALS % 1 - 0.5) < CLOSE
    doubtful = np.append(events.clip[event_[unsure]], events.clip[(events.label == label) & (need == 0)])
    if cttc is None:
        return Detections(found, alarms, np.unique(doubtful))
    rows = ~mine & ~relevant[run]
    crossing, other = _crossing(run[rows], events.label[event[rows]], shared[rows], cttc * length)
    return Detections(found, alarms, np.unique(doubtful), *_appearing(own, crossing, other))


def found_by_boundaries(
    runs: Runs, events: ClipEvents, label: int, values: Scores, collar: float, offset_share: float
) -> Detections:
    """Event-based counts, without false alarms: see `event_counts` for the tolerances, `found_by_overlap` for the rest.

    Clips are doubtful in which detections have to be matched to events: where one could be any of two events, or an
    event any of two detections.
    """
    run, event = runs.met(events)
    mine = events.label[event] == label
    run, event = run[mine], event[mine]
    early = np.round(np.abs(runs.onset[run] - events.onset[event]) - collar, DECIMALS) <= 0
    collars = np.maximum(collar, offset_share * (events.offset - events.onset))[event]
    late = np.round(np.abs(runs.offset[run] - events.offset[event]) - collars, DECIMALS) <= 0
    run, event = run[early & late], event[early & late]
    frame, event_, number = _progress(runs, run, event, np.ones(len(run), np.int64), values)
    several = np.bincount(run)[run] > 1 if len(run) else np.zeros(0, bool)
    doubtful = np.append(events.clip[event_[number > 1]], events.clip[event[several]])
    return Detections(_turns(frame, event_, number > 0, len(values)), None, np.unique(doubtful))


def _crossing(run: Index, label: Index, shared: Array, need: Array) -> tuple[Index, Index]:
    """Which runs have enough of the events of another class: the index of the run, and that of the class."""
    first = np.flatnonzero(np.diff(run, prepend=-1) | np.diff(label, prepend=-1))
    total = np.add.reduceat(shared, first) if len(first) else shared
    run, label = run[first], label[first]
    hit = np.round(total, DECIMALS) >= np.round(need[run], DECIMALS)
    return run[hit], label[hit]


def _appearing(runs: Runs, run: Index, other: Index) -> tuple[Index, Index, Index]:
    """Counts runs of other classes that appear, and those that are gone: a frame, the class and the sum of changes.

    Args:
        runs: the runs.
        run: `(row,)`, the index of a run.
        other: `(row,)`, the class that it is counted for.
    """
    gone = runs.outer[run] >= 0
    frame = np.append(runs.frame[run], runs.outer[run][gone])
    labels = int(other.max(initial=0)) + 1
    key = frame * labels + np.append(other, other[gone])
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    sign = np.where(order < len(run), 1, -1)
    amount = np.add.reduceat(sign, first) if len(first) else sign
    key, amount = key[first][amount != 0], amount[amount != 0]
    return key // labels, key % labels, amount


def _progress(
    runs: Runs, run: Index, event: Index, amount: NDArray[np.number], values: Scores
) -> tuple[Index, Index, NDArray[np.number]]:
    """What the runs that are there have of each event together, as the threshold falls.

    Args:
        runs: the runs.
        run: `(row,)`, the index of a run.
        event: `(row,)`, the index of an event.
        amount: `(row,)`, what the run has of the event.
        values: `(frame,)`, the scores of the class.

    Returns:
        For each event, the frames below whose scores that changes, in descending order of the scores; the index of the
        event; and the amount from there on.
    """
    frame = np.append(runs.frame[run], runs.outer[run])
    event, amount = np.append(event, event), np.append(amount, -amount)
    order = np.lexsort((-values[frame], event))
    order = order[frame[order] >= 0]
    frame, event, amount = frame[order], event[order], amount[order]
    total = np.cumsum(amount)
    first = np.flatnonzero(np.diff(event, prepend=-1))
    total = total - np.repeat((total - amount)[first], np.diff(np.append(first, len(event))))
    last = np.append((np.diff(event) != 0) | (np.diff(values[frame]) != 0), True)[: len(frame)]
    return frame[last], event[last], total[last]


def _turns(frame: Index, event: Index, found: NDArray[np.bool_], frames: int) -> Index:
    """How many events become found at each frame, less those that are lost again: `(frame,)`; see `_progress`."""
    before = np.append(False, found[:-1])[: len(found)] & (np.diff(event, prepend=-1) == 0)
    gained, lost = (np.bincount(frame[turned], minlength=frames) for turned in (found & ~before, before & ~found))
    return gained - lost
