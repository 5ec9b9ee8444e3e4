"""Segment-based counts: which classes are active in each segment of time."""

from collections.abc import Sequence

import pandas as pd

from wsed.metrics.counts import Counts
from wsed.metrics.sed_eval_counts import count


def segment_counts(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    length: float,
) -> Counts:
    """Segment-based counts as sed_eval makes them (Mesaros et al. 2016, section 3.1).

    Args:
        reference: what there was, `filename onset offset event_label`.
        events: what a system reported, the same columns.
        labels: event classes.
        filenames: of the clips.
        length: seconds of a segment.

    Returns:
        Counts of active segments.
    """
    from sed_eval.sound_event import SegmentBasedMetrics

    metrics = SegmentBasedMetrics(list(labels), time_resolution=length)
    return count(metrics, "S", reference, events, labels, filenames)
