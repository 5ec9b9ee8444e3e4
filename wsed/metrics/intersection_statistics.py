"""Intersection-based statistics: detected events, false alarms and cross triggers, by sed_scores_eval."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.base import Array
from wsed.metrics.sed_eval_counts import by_clip

Statistics = dict[str, dict[str, dict[str, Any]]]
"""For each clip and each class detected in it: `tps` and `fps`, `(point,)`, and `cts`, `(point,)` for other classes."""


NONE = np.zeros((0, 2))


def intersection_statistics(
    reference: pd.DataFrame,
    points: Sequence[pd.DataFrame],
    labels: Sequence[str],
    filenames: Sequence[str],
    dtc: float,
    gtc: float,
    cttc: float | None,
) -> Statistics:
    """Events detected, false alarms and cross triggers of each clip and class at several operating points.

    Args:
        reference: the true events, `filename onset offset event_label`.
        points: the detected events at each operating point, the same columns.
        labels: event classes.
        filenames: names of the clips.
        dtc: share of a detected event that must lie in true events of its class; otherwise it is a false alarm.
        gtc: share of a true event that such detections must cover; otherwise it is missed.
        cttc: share of a false alarm that must lie in events of another class to make it a cross trigger; None for no
            cross triggers.
    """
    references, detections = by_clip(reference), [by_clip(events) for events in points]
    tolerances = {"dtc_threshold": dtc, "gtc_threshold": gtc, "cttc_threshold": cttc}
    found: Statistics = {}
    for filename in filenames:
        of_clip = [_times(detection.get(filename, []), labels) for detection in detections]
        true = _times(references.get(filename, []), labels)
        found[filename] = {
            label: _of_class(true, label, [times.get(label, NONE) for times in of_clip], tolerances)
            for label in labels
            if any(label in times for times in of_clip)
        }
    return found


def _of_class(
    true: Mapping[str, Array], label: str, detected: Sequence[Array], tolerances: Mapping[str, float | None]
) -> dict[str, Any]:
    """The statistics of a class in a clip.

    Args:
        true: times of the true events of each class that the clip has, `(event, 2)`.
        label: the class.
        detected: times of its detected events at each operating point, `(event, 2)`.
        tolerances: tolerances by their names in sed_scores_eval.
    """
    from sed_scores_eval.intersection_based.intermediate_statistics import statistics_fn

    own = true.get(label, NONE)
    others = [other for other in true if other != label]
    # sed_scores_eval ignores events of no length.
    padded = np.zeros((len(detected), max(map(len, detected)), 2))
    for row, times in zip(padded, detected, strict=True):
        row[: len(times)] = times
    counts = statistics_fn(
        padded[:, :, 0],
        padded[:, :, 1],
        own[:, 0],
        own[:, 1],
        {other: true[other][:, 0] for other in others},
        {other: true[other][:, 1] for other in others},
        **tolerances,
    )
    tps, fps = (counts[kind].astype(float) for kind in ("tps", "fps"))
    return {"tps": tps, "fps": fps, "cts": counts["cts"] if tolerances["cttc_threshold"] is not None else {}}


def _times(events: list[dict[str, Any]], labels: Sequence[str]) -> dict[str, Array]:
    """Onset and offset of each event of some classes, `(event, 2)` by class; nothing for a class without events."""
    found: dict[str, list[tuple[float, float]]] = {}
    for event in events:
        found.setdefault(event["event_label"], []).append((event["onset"], event["offset"]))
    return {label: np.array(sorted(found[label]), dtype=float) for label in labels if label in found}
