"""Changes of the counts of events in each clip as the threshold falls, for curves over thresholds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wsed.metrics.base import Array
from wsed.metrics.changes import Changes
from wsed.metrics.cross_triggers import CrossTriggers
from wsed.metrics.frame_scores import FrameScores
from wsed.metrics.intersection_statistics import intersection_statistics
from wsed.metrics.sed_eval_counts import by_clip
from wsed.metrics.true_events import TrueEvents, true_events

Deltas = dict[str, Changes]
"""The changes of the counts of each class."""

Scores = NDArray[np.floating]


def event_deltas(reference: pd.DataFrame, scores: FrameScores, collar: float, offset_share: float) -> Deltas:
    """Changes of event-based counts at every score; see `event_counts` for the arguments."""
    from sed_scores_eval.collar_based.intermediate_statistics import statistics_fn

    tolerances = {"onset_collar": collar, "offset_collar": collar, "offset_collar_rate": offset_share}
    return _at_every_score(statistics_fn, reference, scores, tolerances, None)


def intersection_deltas(
    reference: pd.DataFrame, scores: FrameScores, dtc: float, gtc: float, cttc: float | None
) -> Deltas:
    """Changes of intersection-based counts at every score; see `intersection_statistics` for the arguments."""
    from sed_scores_eval.intersection_based.intermediate_statistics import statistics_fn

    tolerances = {"dtc_threshold": dtc, "gtc_threshold": gtc, "cttc_threshold": cttc}
    return _at_every_score(statistics_fn, reference, scores, tolerances, cttc)


def _at_every_score(
    count: Callable[..., dict[str, Any]],
    reference: pd.DataFrame,
    scores: FrameScores,
    tolerances: Mapping[str, float | None],
    cttc: float | None,
) -> Deltas:
    """Changes at every score (Ebbers et al. 2022), so that no operating point is lost.

    sed_scores_eval counts where a clip has events of the class. Elsewhere, every detection is a false alarm, and
    appears at a local maximum of the scores.

    Args:
        count: counts at several thresholds in a clip, by sed_scores_eval.
        reference: the true events, `filename onset offset event_label`.
        scores: frame probabilities of all clips.
        tolerances: arguments of `count`.
        cttc: see `intersection_statistics`.
    """
    events = true_events(reference, scores.labels, scores.filenames)
    triggers = None if cttc is None else CrossTriggers(scores, events, cttc)
    clip, deltas = scores.clip, {}
    for label, values in enumerate(scores.values):
        own = events.clip[events.label == label]
        inside = ~np.isin(np.arange(len(scores.filenames)), own)[clip]
        parts = [_of_clip(count, scores, events, label, int(place), tolerances) for place in np.unique(own)]
        deltas[scores.labels[label]] = Changes.joined([*parts, _without_events(scores, values, clip, inside, triggers)])
    return deltas


def _without_events(
    scores: FrameScores,
    values: Scores,
    clip: NDArray[np.int32],
    inside: NDArray[np.bool_],
    triggers: CrossTriggers | None,
) -> Changes:
    """The changes in clips without events of the class; see `CrossTriggers.find` for the arguments."""
    rises = np.append(values[:1] > -np.inf, values[1:] > values[:-1])
    rises[scores.starts[:-1]] = True
    falls_next = np.append(rises[1:], False)
    falls_next[scores.starts[1:] - 1] = False
    fps = np.where(inside, rises.astype(np.int16) - falls_next, 0)
    changed = fps != 0
    if triggers is None:
        return Changes(values[changed], clip[changed], np.zeros(changed.sum(), np.int16), fps[changed])
    crossed = triggers.find(values, inside)
    changed[crossed.frame] = True
    item = np.cumsum(changed)[crossed.frame] - 1
    none = np.zeros(changed.sum(), np.int16)
    return Changes(values[changed], clip[changed], none, fps[changed], item, crossed.other, crossed.amount)


def _of_clip(
    count: Callable[..., dict[str, Any]],
    scores: FrameScores,
    events: TrueEvents,
    label: int,
    clip: int,
    tolerances: Mapping[str, float | None],
) -> Changes:
    """The changes in a clip that has events of the class; see `_at_every_score` for the arguments."""
    from sed_scores_eval.base_modules.cy_detection import onset_offset_curves

    frames = slice(scores.starts[clip], scores.starts[clip + 1])
    true = events.of_clip(clip)
    own = true.pop(label)
    thresholds, onsets, offsets = onset_offset_curves(scores.values[label, frames], scores.edges(clip))
    # Classes without an event in the clip cannot be hit.
    others = [{other: times[:, side] for other, times in true.items()} for side in (0, 1)]
    counts = count(onsets, offsets, own[:, 0], own[:, 1], *others, **tolerances)
    crosses = counts.get("cts") if isinstance(counts.get("cts"), dict) else {}
    kinds = np.stack([counts["tps"], counts["fps"], *crosses.values()]).astype(np.int64)
    # Counts at a threshold less those at the next higher one.
    changes = -np.diff(kinds, append=0)
    changed = changes.any(0)
    return changes_of(thresholds[changed], np.full(changed.sum(), clip), changes[:, changed], list(crosses))


def changes_of(thresholds: Scores, clip: NDArray[np.int64], changes: NDArray[np.int64], others: list[int]) -> Changes:
    """Changes from a table of them.

    Args:
        thresholds: `(item,)`.
        clip: `(item,)`, the index of the clip.
        changes: `(2 + other, item)`, of detected events, of false alarms, and of cross triggers with each other class.
        others: indices of the other classes.
    """
    row, item = np.nonzero(changes[2:])
    return Changes(thresholds, clip, changes[0], changes[1], item, np.array(others, int)[row], changes[2:][row, item])


def deltas_from_points(
    reference: pd.DataFrame,
    points: Mapping[float, pd.DataFrame],
    labels: Sequence[str],
    filenames: Sequence[str],
    dtc: float,
    gtc: float,
    cttc: float | None,
) -> Deltas:
    """Changes of intersection-based counts from one operating point to the one at the next lower threshold.

    Args:
        reference: the true events, `filename onset offset event_label`.
        points: the detected events by threshold, the same columns.
        labels: event classes.
        filenames: names of the clips.
        dtc: see `intersection_statistics`.
        gtc: see `intersection_statistics`.
        cttc: see `intersection_statistics`.
    """
    thresholds = sorted(points, reverse=True)
    tables = [points[threshold] for threshold in thresholds]
    found = intersection_statistics(reference, tables, labels, filenames, dtc, gtc, cttc)
    number = {label: index for index, label in enumerate(labels)}
    parts: dict[str, list[Changes]] = {label: [] for label in labels}
    for clip, filename in enumerate(filenames):
        for label, counts in found[filename].items():
            others = [number[other] for other in counts["cts"]]
            kinds = np.stack([counts["tps"], counts["fps"], *counts["cts"].values()]).astype(np.int64)
            changes = np.diff(kinds, prepend=0)
            parts[label].append(changes_of(np.array(thresholds), np.full(len(thresholds), clip), changes, others))
    return {label: Changes.joined(own) for label, own in parts.items()}


def reference_counts(reference: pd.DataFrame, labels: Sequence[str], filenames: Sequence[str]) -> tuple[Array, Array]:
    """The number of events of each clip and class, and their total length in seconds: `(clip, class)` twice."""
    events = reference.dropna(subset=["event_label"])
    clip = pd.Index(filenames).get_indexer(pd.Index(events["filename"]))
    label = pd.Index(labels).get_indexer(pd.Index(events["event_label"]))
    number = np.zeros((len(filenames), len(labels)))
    seconds = np.zeros_like(number)
    known = (clip >= 0) & (label >= 0)
    np.add.at(number, (clip[known], label[known]), 1)
    np.add.at(seconds, (clip[known], label[known]), (events["offset"] - events["onset"]).to_numpy()[known])
    return number, seconds


def ground_truth(reference: pd.DataFrame, filenames: Sequence[str]) -> dict[str, list[tuple[float, float, str]]]:
    """The reference in the form that sed_scores_eval needs."""
    references = by_clip(reference)
    return {
        filename: [(event["onset"], event["offset"], event["event_label"]) for event in references.get(filename, [])]
        for filename in filenames
    }
