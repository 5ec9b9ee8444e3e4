"""Intersection-based statistics: detected events, false alarms and cross triggers, by sed_scores_eval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.base import Array
from wsed.metrics.sed_eval_counts import by_clip

Statistics = dict[str, dict[str, dict[str, Any]]]
"""For each clip and class `tps` and `fps`, `(point,)`, and `cts`, the same for each other class."""


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
        filenames: of the clips.
        dtc: share of a detected event that must lie in true events of its class for it to be no false alarm.
        gtc: share of a true event that such detections must cover for it to be detected.
        cttc: share of a false alarm that must lie in another class's events for it to be a cross trigger; None for no
            cross triggers.
    """
    from sed_scores_eval.intersection_based.intermediate_statistics import statistics_fn

    references, detections = by_clip(reference), [by_clip(events) for events in points]
    zeros = np.zeros(len(points))
    found: Statistics = {}
    for filename in filenames:
        true = {label: _times(references.get(filename, []), label) for label in labels}
        of_clip = [detection.get(filename, []) for detection in detections]
        found[filename] = {}
        for label in labels:
            others = [other for other in labels if other != label]
            detected = [_times(events, label) for events in of_clip]
            if not any(len(times) for times in detected):
                crossed = dict.fromkeys(others, zeros) if cttc is not None else {}
                found[filename][label] = {"tps": zeros, "fps": zeros, "cts": crossed}
                continue
            # sed_scores_eval ignores events of no length.
            padded = np.zeros((len(points), max(map(len, detected)), 2))
            for row, times in zip(padded, detected, strict=True):
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
