"""Passes event tables to sed_eval clip by clip, and records its counts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.counts import Counts


def count(
    make_metrics: Callable[[list[str]], Any],
    substitutions: str,
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
) -> Counts:
    """Runs a sed_eval metric over clips.

    Args:
        make_metrics: creates `EventBasedMetrics` or `SegmentBasedMetrics` for event classes.
        substitutions: name of the metric's count of substitutions.
        reference: the true events, `filename onset offset event_label`.
        events: the detected events, the same columns.
        labels: event classes.
        filenames: names of the clips.

    Returns:
        The counts of each clip.
    """
    references, detections = by_clip(reference), by_clip(events)
    counts = np.zeros((3, len(filenames), len(labels)))
    substituted = np.zeros(len(filenames))
    for clip, filename in enumerate(filenames):
        true, detected = references.get(filename, []), detections.get(filename, [])
        known = {event["event_label"] for event in (*true, *detected)}
        # Time grows with the number of classes, and those without an event in the clip have no counts.
        places = [place for place, label in enumerate(labels) if label in known]
        if not places:
            continue
        # dcase_util changes some names of classes: it drops `none`, and spaces.
        names = {labels[place]: f"class {place}" for place in places}
        metrics = make_metrics(list(names.values()))
        metrics.evaluate(_container(true, names), _container(detected, names))
        for kind, name in enumerate(("Nref", "Nsys", "Ntp")):
            counts[kind, clip, places] = [metrics.class_wise[label][name] for label in names.values()]
        substituted[clip] = metrics.overall[substitutions]
    return Counts(tuple(labels), counts[0], counts[1], counts[2], substituted)


def by_clip(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The events of each clip that has any, by filename."""
    events = table.dropna(subset=["event_label"])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in events[["filename", "onset", "offset", "event_label"]].to_dict("records"):
        found.setdefault(str(row["filename"]), []).append({str(key): value for key, value in row.items()})
    return found


def _container(events: list[dict[str, Any]], names: Mapping[str, str]) -> Any:
    from dcase_util.containers import MetaDataContainer

    return MetaDataContainer(
        [
            {"onset": event["onset"], "offset": event["offset"], "event_label": names[event["event_label"]]}
            for event in events
        ]
    )
