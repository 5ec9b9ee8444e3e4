"""Passes event tables to sed_eval clip by clip, and records its counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.counts import Counts


def count(
    metrics: Any,
    substitutions: str,
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
) -> Counts:
    """Runs a sed_eval metric over clips.

    Args:
        metrics: a fresh `EventBasedMetrics` or `SegmentBasedMetrics`.
        substitutions: name of the metric's count of substitutions.
        reference: the true events, `filename onset offset event_label`.
        events: the detected events, the same columns.
        labels: event classes.
        filenames: names of the clips.

    Returns:
        The counts of each clip.
    """
    references, detections = by_clip(reference), by_clip(events)
    totals = []
    for filename in filenames:
        true, detected = references.get(filename, []), detections.get(filename, [])
        if true or detected:
            metrics.evaluate(_container(true), _container(detected))
        by_class = [[metrics.class_wise[label][name] for name in ("Nref", "Nsys", "Ntp")] for label in labels]
        totals.append((by_class, metrics.overall[substitutions]))
    counts = np.diff(np.array([by_class for by_class, _ in totals], dtype=float), axis=0, prepend=0)
    substituted = np.diff(np.array([number for _, number in totals], dtype=float), prepend=0)
    return Counts(tuple(labels), counts[:, :, 0], counts[:, :, 1], counts[:, :, 2], substituted)


def by_clip(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The events of each clip that has any, by filename."""
    events = table.dropna(subset=["event_label"])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in events[["filename", "onset", "offset", "event_label"]].to_dict("records"):
        found.setdefault(str(row["filename"]), []).append({str(key): value for key, value in row.items()})
    return found


def _container(events: list[dict[str, Any]]) -> Any:
    from dcase_util.containers import MetaDataContainer

    return MetaDataContainer(events)
