"""Intersection-based counts: how much of an event, and of a report, lies in the other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.counts import Array, Counts
from wsed.metrics.sed_eval_counts import by_clip

Statistics = dict[str, dict[str, dict[str, Any]]]
"""`tps` and `fps` `(point,)` and `cts`, the same by other class, of each clip and class."""


def intersection_counts(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    dtc: float,
    gtc: float,
) -> Counts:
    """Intersection-based counts (Bilen et al. 2020), by sed_scores_eval.

    Args:
        reference: what there was, `filename onset offset event_label`.
        events: what a system reported, the same columns.
        labels: event classes.
        filenames: of the clips.
        dtc: share of a report that must lie in events of its class for it to be no false alarm.
        gtc: share of an event that such reports must cover for it to be found.

    Returns:
        Counts of events; a false alarm is a report too many.
    """
    found = intersection_statistics(reference, [events], labels, filenames, dtc, gtc, None)
    truths = by_clip(reference)
    there = np.array([[len(_times(truths.get(name, []), label)) for label in labels] for name in filenames])
    correct, false = (
        np.array([[found[name][label][kind][0] for label in labels] for name in filenames]) for kind in ("tps", "fps")
    )
    return Counts(tuple(labels), there.astype(float), correct + false, correct, None)


def intersection_statistics(
    reference: pd.DataFrame,
    points: Sequence[pd.DataFrame],
    labels: Sequence[str],
    filenames: Sequence[str],
    dtc: float,
    gtc: float,
    cttc: float | None,
) -> Statistics:
    """Events found, false alarms and cross triggers of each clip and class at several operating points.

    Args:
        reference: what there was, `filename onset offset event_label`.
        points: what a system reported at each operating point, the same columns.
        labels: event classes.
        filenames: of the clips.
        dtc: see `intersection_counts`.
        gtc: see `intersection_counts`.
        cttc: share of a false alarm that must lie in another class's events for it to be triggered by them, or None.
    """
    from sed_scores_eval.intersection_based.intermediate_statistics import statistics_fn

    truths, reports = by_clip(reference), [by_clip(events) for events in points]
    nothing = np.zeros(len(points))
    found: Statistics = {}
    for filename in filenames:
        true = {label: _times(truths.get(filename, []), label) for label in labels}
        of_clip = [report.get(filename, []) for report in reports]
        found[filename] = {}
        for label in labels:
            others = [other for other in labels if other != label]
            reported = [_times(events, label) for events in of_clip]
            if not any(len(times) for times in reported):
                crossed = dict.fromkeys(others, nothing) if cttc is not None else {}
                found[filename][label] = {"tps": nothing, "fps": nothing, "cts": crossed}
                continue
            # What has no length is not there, to sed_scores_eval.
            padded = np.zeros((len(points), max(map(len, reported)), 2))
            for row, times in zip(padded, reported, strict=True):
                row[: len(times)] = times
            counts = statistics_fn(
                padded[:, :, 0],
                padded[:, :, 1],
                true[label][:, 0],
                true[label][:, 1],
                {other: true[other][:, 0] for other in others},
                {other: true[other][:, 1] for other in others},
                dtc_threshold=dtc,
                gtc_threshold=gtc,
                cttc_threshold=cttc,
            )
            found[filename][label] = {
                "tps": counts["tps"].astype(float),
                "fps": counts["fps"].astype(float),
                "cts": counts["cts"] if cttc is not None else {},
            }
    return found


def _times(events: list[dict[str, Any]], label: str) -> Array:
    """Onset and offset of each event of a class, `(event, 2)`."""
    chosen = sorted((event["onset"], event["offset"]) for event in events if event["event_label"] == label)
    return np.array(chosen, dtype=float).reshape(-1, 2)
