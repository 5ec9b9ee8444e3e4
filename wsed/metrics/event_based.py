"""Event-based counts: an event is found when one of its class is reported with nearly its onset and offset."""

from collections.abc import Sequence

import pandas as pd

from wsed.metrics.counts import Counts
from wsed.metrics.sed_eval_counts import count


def event_counts(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    collar: float,
    offset_share: float,
) -> Counts:
    """Event-based counts as sed_eval makes them (Mesaros et al. 2016, section 3.2).

    Args:
        reference: what there was, `filename onset offset event_label`.
        events: what a system reported, the same columns.
        labels: event classes.
        filenames: of the clips.
        collar: seconds by which an onset may be off, and an offset at least.
        offset_share: share of the reference event's length by which an offset may be off, if that is more.

    Returns:
        Counts of events.
    """
    from sed_eval.sound_event import EventBasedMetrics

    metrics = EventBasedMetrics(list(labels), t_collar=collar, percentage_of_length=offset_share)
    return count(metrics, "Nsubs", reference, events, labels, filenames)
