"""Segment-based scores, of the active classes in each segment of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from wsed.checks.ranges import SegmentSeconds, Text
from wsed.metrics.base import BootstrappedMetric, Statistics
from wsed.metrics.counts import Counts, count_measures
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import Outputs
from wsed.metrics.sed_eval_counts import count


@dataclass(frozen=True)
class SegmentBased(BootstrappedMetric):
    """Segment-based F1, precision, recall and error rates.

    Attributes:
        segment: length of a segment in seconds.
        name: first part of the names of the scores.
    """

    segment: SegmentSeconds = 1.0
    name: Text = "segment_based"

    inputs = ("events",)

    def __post_init__(self) -> None:
        if not self.segment > 0:
            raise ValueError(f"segment is {self.segment}; it must be above 0 seconds")

    def measures(self) -> Sequence[Measure]:
        return count_measures(self.name)

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        assert outputs.events is not None
        clips = (outputs.labels, outputs.filenames)
        return [(self.name, segment_counts(outputs.reference, outputs.events, *clips, self.segment))]


def segment_counts(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    length: float,
) -> Counts:
    """Segment-based counts of sed_eval (Mesaros et al. 2016, section 3.1).

    Args:
        reference: the true events, `filename onset offset event_label`.
        events: the detected events, the same columns.
        labels: event classes.
        filenames: names of the clips.
        length: length of a segment in seconds.

    Returns:
        Counts of active segments.
    """
    from sed_eval.sound_event import SegmentBasedMetrics

    metrics = partial(SegmentBasedMetrics, time_resolution=float(length))
    return count(metrics, "S", reference, events, labels, filenames)
