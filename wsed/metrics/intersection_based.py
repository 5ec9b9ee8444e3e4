"""Intersection-based scores, from the overlap of true and detected events."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wsed.checks.ranges import ShareAboveZero, Text
from wsed.metrics.base import BootstrappedMetric, Statistics
from wsed.metrics.best_f1 import BestF1, best_measures
from wsed.metrics.counts import Counts, count_measures
from wsed.metrics.intermediate_statistics import intersection_deltas, reference_counts
from wsed.metrics.intersection_statistics import intersection_statistics
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import Outputs

RATES = ("f1", "precision", "recall", "error_rate", "deletion_rate", "insertion_rate")


@dataclass(frozen=True)
class IntersectionBased(BootstrappedMetric):
    """Intersection-based F1, precision, recall and error rates; with frame probabilities, the best F1 as well.

    Attributes:
        dtc: share of a detected event that must lie in true events of its class; otherwise it is a false alarm.
        gtc: share of a true event that such detections must cover; otherwise it is missed.
        name: first part of the names of the scores.
    """

    dtc: ShareAboveZero = 0.5
    gtc: ShareAboveZero = 0.5
    name: Text = "intersection_based"

    inputs = ("events",)

    def __post_init__(self) -> None:
        for name in ("dtc", "gtc"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be a share above 0, 1 at most")

    def measures(self) -> Sequence[Measure]:
        return [*count_measures(self.name, RATES), *best_measures(f"{self.name}/best")]

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        assert outputs.events is not None
        clips = (outputs.labels, outputs.filenames)
        counts = intersection_counts(outputs.reference, outputs.events, *clips, self.dtc, self.gtc)
        found: list[tuple[str, Statistics]] = [(self.name, counts)]
        if outputs.has("scores"):
            deltas = intersection_deltas(outputs.reference, outputs.present_scores, self.dtc, self.gtc, None)
            best = BestF1(deltas, outputs.reference, outputs.present, outputs.filenames)
            found.append((f"{self.name}/best", best))
        return found


def intersection_counts(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    dtc: float,
    gtc: float,
) -> Counts:
    """Intersection-based counts (Bilen et al. 2020) of sed_scores_eval.

    Args:
        reference: the true events, `filename onset offset event_label`.
        events: the detected events, the same columns.
        labels: event classes.
        filenames: names of the clips.
        dtc: share of a detected event that must lie in true events of its class; otherwise it is a false alarm.
        gtc: share of a true event that such detections must cover; otherwise it is missed.

    Returns:
        Counts of events; each false alarm counts as one detected event that is not correct.
    """
    found = intersection_statistics(reference, [events], labels, filenames, dtc, gtc, None)
    true, _ = reference_counts(reference, labels, filenames)
    correct, false = np.zeros_like(true), np.zeros_like(true)
    place = {label: index for index, label in enumerate(labels)}
    for clip, filename in enumerate(filenames):
        for label, counts in found[filename].items():
            correct[clip, place[label]], false[clip, place[label]] = counts["tps"][0], counts["fps"][0]
    return Counts(tuple(labels), true, correct + false, correct, None, RATES)
