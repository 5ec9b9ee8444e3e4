"""Changes of the counts of events in each clip as the threshold falls, for curves over thresholds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.base import Array
from wsed.metrics.bootstrap import Steps
from wsed.metrics.intersection_statistics import intersection_statistics
from wsed.metrics.sed_eval_counts import by_clip

Deltas = dict[str, dict[str, tuple[Array, dict[str, Array]]]]
"""The thresholds at which counts change, and the changes, for each clip and class, as in sed_scores_eval."""

STEPS = 300
"""The largest number of thresholds for the scores of bootstrap draws."""


def event_deltas(
    reference: pd.DataFrame, scores: Mapping[str, pd.DataFrame], collar: float, offset_share: float
) -> Deltas:
    """Changes of event-based counts; see `event_counts` for the arguments."""
    from sed_scores_eval.collar_based.intermediate_statistics import intermediate_statistics_deltas

    tolerances = {"onset_collar": collar, "offset_collar": collar, "offset_collar_rate": offset_share}
    return _at_every_score(intermediate_statistics_deltas, reference, scores, tolerances)


def intersection_deltas(
    reference: pd.DataFrame, scores: Mapping[str, pd.DataFrame], dtc: float, gtc: float, cttc: float | None
) -> Deltas:
    """Changes of intersection-based counts; see `intersection_statistics` for the arguments."""
    from sed_scores_eval.intersection_based.intermediate_statistics import intermediate_statistics_deltas

    tolerances = {"dtc_threshold": dtc, "gtc_threshold": gtc, "cttc_threshold": cttc}
    return _at_every_score(intermediate_statistics_deltas, reference, scores, tolerances)


def _at_every_score(
    function: Callable[..., Any],
    reference: pd.DataFrame,
    scores: Mapping[str, pd.DataFrame],
    tolerances: Mapping[str, float | None],
) -> Deltas:
    """Changes at every score (Ebbers et al. 2022), so that no operating point is lost."""
    deltas: Deltas = function(dict(scores), ground_truth(reference, list(scores)), **tolerances)
    return deltas


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
    steps = np.array(thresholds)
    deltas: Deltas = {}
    for filename, of_clip in found.items():
        deltas[filename] = {}
        for label, counts in of_clip.items():
            # sed_scores_eval flattens names with a backslash.
            crossed = {f"cts\\{other}": values for other, values in counts["cts"].items()}
            series = {"tps": counts["tps"], "fps": counts["fps"], **(crossed or {"cts": np.zeros_like(steps)})}
            deltas[filename][label] = (steps, {name: np.diff(values, prepend=0) for name, values in series.items()})
    return deltas


def delta_counts(deltas: Deltas, label: str, filenames: Sequence[str]) -> dict[str, Array]:
    """The counts of each clip between one threshold and the next lower one.

    Args:
        deltas: changes in all clips.
        label: the class.
        filenames: names of the clips, in order.

    Returns:
        `(clip, step)` for each kind of count, from the highest threshold down.
    """
    of_clips = [deltas[filename][label] for filename in filenames]
    thresholds = np.concatenate([values for values, _ in of_clips])
    clip = np.repeat(np.arange(len(filenames)), [len(values) for values, _ in of_clips])
    # A clip in which the class is never detected has no series of cross triggers.
    changes = {
        name: np.concatenate([series.get(name, np.zeros(len(at))) for at, series in of_clips])
        for name in sorted({name for _, series in of_clips for name in series})
    }
    steps = Steps(thresholds, changes["tps"], clip, len(filenames), STEPS)
    return {name: steps.counts(amounts) for name, amounts in changes.items()}


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
