"""Event-based scores: an event is detected if its class is reported with nearly the same onset and offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from wsed.checks.ranges import Seconds, Share, Text
from wsed.metrics.base import BootstrappedMetric, Statistics
from wsed.metrics.best_f1 import BestF1, best_measures
from wsed.metrics.clip_events import clip_events
from wsed.metrics.counts import Counts, count_measures
from wsed.metrics.intermediate_statistics import event_deltas
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import Outputs
from wsed.metrics.sed_eval_counts import count


@dataclass(frozen=True)
class EventBased(BootstrappedMetric):
    """Event-based F1, precision, recall and error rates; with frame probabilities, the best F1 as well.

    Attributes:
        collar: tolerance of onsets in seconds, and the smallest tolerance of offsets.
        offset_share: tolerance of offsets as a share of the true event's length, if that is more than the collar.
        name: first part of the names of the scores.
    """

    collar: Seconds = 0.2
    offset_share: Share = 0.2
    name: Text = "event_based"

    inputs = ("events",)

    def __post_init__(self) -> None:
        if not self.collar > 0:
            raise ValueError(f"collar is {self.collar}; it must be above 0 seconds")
        if not self.offset_share >= 0:
            raise ValueError(f"offset_share is {self.offset_share}; it must not be negative")

    def measures(self) -> Sequence[Measure]:
        return [*count_measures(self.name), *best_measures(f"{self.name}/best")]

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        assert outputs.events is not None
        tolerances = (self.collar, self.offset_share)
        counts = event_counts(outputs.reference, outputs.events, outputs.labels, outputs.filenames, *tolerances)
        found: list[tuple[str, Statistics]] = [(self.name, counts)]
        if outputs.has("scores"):
            deltas = event_deltas(outputs.reference, outputs.present_scores, *tolerances)
            best = BestF1(deltas, outputs.reference, outputs.present, outputs.filenames)
            found.append((f"{self.name}/best", best))
        return found


def event_counts(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    collar: float,
    offset_share: float,
) -> Counts:
    """Event-based counts of sed_eval (Mesaros et al. 2016, section 3.2).

    Args:
        reference: the true events, `filename onset offset event_label`.
        events: the detected events, the same columns.
        labels: event classes.
        filenames: names of the clips.
        collar: tolerance of onsets in seconds, and the smallest tolerance of offsets.
        offset_share: tolerance of offsets as a share of the true event's length, if that is more than the collar.

    Returns:
        Counts of events.
    """
    true, said = (clip_events(table, labels, filenames) for table in (reference, events))
    number, reported, correct = np.zeros((3, len(filenames), len(labels)))
    for counts, every in ((number, true), (reported, said)):
        np.add.at(counts, (every.clip, every.label), 1)
    one, other = true.pairs(said)
    collars = np.maximum(collar, offset_share * (true.offset - true.onset))[one]
    near = np.abs(true.onset[one] - said.onset[other]) <= collar
    near &= np.abs(true.offset[one] - said.offset[other]) <= collars
    one, other = one[near], other[near]
    same = true.label[one] == said.label[other]
    np.add.at(correct, (true.clip[one[same]], true.label[one[same]]), 1)
    substituted = np.bincount(true.clip[one[~same]], minlength=len(filenames)).astype(float)
    # Where an event is near to several others, sed_eval matches them.
    several = (np.bincount(one)[one] > 1) | (np.bincount(other)[other] > 1) if len(one) else near[:0]
    places = np.unique(true.clip[one[several]])
    if len(places):
        from sed_eval.sound_event import EventBasedMetrics

        metrics = partial(EventBasedMetrics, t_collar=float(collar), percentage_of_length=float(offset_share))
        matched = count(metrics, "Nsubs", reference, events, labels, [filenames[place] for place in places])
        correct[places], substituted[places] = matched.correct, matched.substituted
    return Counts(tuple(labels), number, reported, correct, substituted)
