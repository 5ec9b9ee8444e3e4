"""Changes of the counts of events in each clip as the threshold falls, for curves over thresholds."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wsed.metrics.base import Array
from wsed.metrics.changes import Changes, changes_of
from wsed.metrics.clip_events import ClipEvents, clip_events
from wsed.metrics.detections import Detections, found_by_boundaries, found_by_overlap
from wsed.metrics.frame_runs import FrameRuns, Runs, Scores
from wsed.metrics.frame_scores import FrameScores
from wsed.metrics.intersection_statistics import intersection_statistics
from wsed.metrics.published_changes import published_changes
from wsed.metrics.sed_eval_counts import by_clip
from wsed.metrics.threads import in_threads

Deltas = dict[str, Changes]
"""The changes of the counts of each class."""

BLOCK = 2**16
"""Number of frames that are counted together, which the processor keeps at hand."""


def event_deltas(reference: pd.DataFrame, scores: FrameScores, collar: float, offset_share: float) -> Deltas:
    """Changes of event-based counts at every score; see `event_counts` for the arguments."""
    from sed_scores_eval.collar_based.intermediate_statistics import statistics_fn

    published = partial(statistics_fn, onset_collar=collar, offset_collar=collar, offset_collar_rate=offset_share)
    ours = partial(found_by_boundaries, collar=collar, offset_share=offset_share)
    return _at_every_score(ours, published, reference, scores, False)


def intersection_deltas(
    reference: pd.DataFrame, scores: FrameScores, dtc: float, gtc: float, cttc: float | None
) -> Deltas:
    """Changes of intersection-based counts at every score; see `intersection_statistics` for the arguments."""
    from sed_scores_eval.intersection_based.intermediate_statistics import statistics_fn

    published = partial(statistics_fn, dtc_threshold=dtc, gtc_threshold=gtc, cttc_threshold=cttc)
    ours = partial(found_by_overlap, dtc=dtc, gtc=gtc, cttc=cttc)
    return _at_every_score(ours, published, reference, scores, cttc is not None)


def _at_every_score(
    ours: Callable[[Runs, ClipEvents, int, Scores], Detections],
    published: Callable[..., dict[str, Any]],
    reference: pd.DataFrame,
    scores: FrameScores,
    crossing: bool,
) -> Deltas:
    """Changes at every score (Ebbers et al. 2022), so that no operating point is lost.

    Args:
        ours: counts in all clips at once.
        published: counts at several thresholds in one clip, by sed_scores_eval.
        reference: the true events, `filename onset offset event_label`.
        scores: frame probabilities of all clips.
        crossing: whether cross triggers are counted, for which events of other classes matter.
    """
    clips, longest = len(scores.filenames), int(np.diff(scores.starts).max(initial=1))
    number = max(1, BLOCK // longest)

    def of_block(first: int) -> list[Changes]:
        part = scores.part(first, min(first + number, clips))
        events = clip_events(reference, part.labels, part.filenames)
        finder = FrameRuns(part, events)
        labels = range(len(part.labels))
        return [_of_class(ours, published, part, events, finder, label, crossing).behind(first) for label in labels]

    blocks = in_threads(of_block, range(0, clips, number))
    return {label: Changes.joined(parts) for label, parts in zip(scores.labels, zip(*blocks, strict=True), strict=True)}


def _of_class(
    ours: Callable[[Runs, ClipEvents, int, Scores], Detections],
    published: Callable[..., dict[str, Any]],
    scores: FrameScores,
    events: ClipEvents,
    finder: FrameRuns,
    label: int,
    crossing: bool,
) -> Changes:
    """The changes of one class in some clips; see `_at_every_score` for the arguments."""
    values, clip = scores.values[label], finder.clip
    own = np.isin(np.arange(len(scores.filenames)), events.clip[events.label == label])[clip]
    looked = np.ones_like(own) if crossing else own
    counted = ours(finder.of(values, looked), events, label, values)
    # Where a class has no event, every detection is a false alarm, which appears at a local maximum.
    maxima = _maxima(scores, values)
    fps = maxima - counted.found if counted.alarms is None else np.where(looked, counted.alarms, maxima)
    kept = ~np.isin(clip, counted.doubtful)
    parts = [published_changes(published, scores, events, label, int(place)) for place in counted.doubtful]
    if crossing:
        return Changes.joined([*parts, _with_triggers(values, clip, counted, fps, kept)])
    mine, rest = (
        Changes(values[part], clip[part], counted.found[part], fps[part])
        for part in (kept & own & ((counted.found != 0) | (fps != 0)), kept & ~own & (fps != 0))
    )
    return Changes.joined([*parts, mine.merged(), rest])


def _with_triggers(
    values: Scores, clip: NDArray[np.int32], counted: Detections, fps: NDArray[np.int64], kept: NDArray[np.bool_]
) -> Changes:
    """All changes in some clips, with those of cross triggers.

    Args:
        values: `(frame,)`, the scores of the class.
        clip: `(frame,)`, the index of the clip.
        counted: the counts.
        fps: `(frame,)`, the change of the number of false alarms.
        kept: `(frame,)`, whether a frame is in one of these clips.
    """
    triggered = kept[counted.crossed]
    frame = counted.crossed[triggered]
    changed = (counted.found != 0) | (fps != 0)
    changed[frame] = True
    changed &= kept
    item = np.cumsum(changed)[frame] - 1
    shown = values[changed], clip[changed], counted.found[changed], fps[changed]
    return Changes(*shown, item, counted.other[triggered], counted.triggers[triggered])


def _maxima(scores: FrameScores, values: Scores) -> NDArray[np.int64]:
    """The change of the number of runs below the score of each frame: 1 at a maximum, -1 at a minimum, `(frame,)`."""
    rises = np.append(True, values[1:] > values[:-1])
    rises[scores.starts[:-1]] = True
    falls_next = np.append(rises[1:], False)
    falls_next[scores.starts[1:] - 1] = False
    changes: NDArray[np.int64] = rises.astype(np.int64) - falls_next
    return changes


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
    parts = {
        label: [changes_of(np.zeros(0), np.zeros(0, np.int64), np.zeros((2, 0), np.int64), [])] for label in labels
    }
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
