"""Thresholds and filters that are chosen for each class on clips with strong labels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from rich.progress import track
from scipy.ndimage import uniform_filter1d

from wsed.checks.ranges import FilterSeconds, ListOf, Seconds, Share, ShareAboveZero
from wsed.metrics.base import Array
from wsed.metrics.best_f1 import BestF1
from wsed.metrics.frame_scores import frame_scores
from wsed.metrics.intermediate_statistics import event_deltas, intersection_deltas
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.base import FittedPostprocessing
from wsed.postprocessing.relative import RelativeThresholds, clip_score

THRESHOLDS = np.linspace(0.02, 0.98, 49)
"""The candidates for a threshold."""

MOST = 100
"""The largest number of candidates for a filter; each takes about as long as the best F1 of an evaluation."""

NEIGHBOURS = 7
"""The F1 at a threshold is averaged over so many candidates around it, so that no lucky one wins."""

PULL = 0.5
"""On training clips, the F1 that a threshold loses for a squared distance of 1 from the given one."""


@dataclass(frozen=True)
class Tuned(FittedPostprocessing):
    """Chooses the thresholds and the median filter of `RelativeThresholds` with the best F1, for each class.

    The F1 is the mean of the event-based one, which asks for exact boundaries, and the intersection-based one, which
    asks for enough of an event. On clips that the system was trained on, its scores are too good. There, the threshold
    is drawn to the given one, and that of clips lies half way between the best and the given one. Without strong
    labels, threshold and filter are the given ones.

    Attributes:
        median: candidates for the length of the median filter, in seconds; the given one is the first.
        threshold: the given threshold.
        clip_threshold: the given threshold of clips.
        collar: collar of the event-based F1, in seconds.
        offset_share: offset tolerance of the event-based F1, see `EventBased`.
        dtc: tolerance of the intersection-based F1, see `IntersectionBased`.
        gtc: tolerance of the intersection-based F1, see `IntersectionBased`.
    """

    median: ListOf[FilterSeconds]
    threshold: Share
    clip_threshold: Share
    collar: Seconds
    offset_share: Share
    dtc: ShareAboveZero
    gtc: ShareAboveZero

    def __post_init__(self) -> None:
        if not 1 <= len(self.median) <= MOST:
            raise ValueError(f"median has {len(self.median)} lengths; give 1 to {MOST}")

    def fit(self, outputs: Outputs, trained_on: bool) -> RelativeThresholds:
        """See `FittedPostprocessing`; thresholds of tags and of clips are those with the best F1 over clips."""
        assert outputs.tags is not None
        assert outputs.scores is not None
        labels = outputs.labels
        threshold, median = dict.fromkeys(labels, self.threshold), dict.fromkeys(labels, self.median[0])
        tags = best_tag_thresholds(outputs.reference, outputs.tags)
        clips = best_tag_thresholds(outputs.reference, clip_scores(outputs.scores, outputs.tags))
        if trained_on:
            clips = {label: (best + self.clip_threshold) / 2 for label, best in clips.items()}
        first = RelativeThresholds(threshold, 1.0, median, 0.0, 0.0, tags, clips)
        if not (outputs.strong and outputs.present):
            return first
        scores = first.calibrated(outputs.scores, outputs.tags)
        f1 = np.stack(
            [
                self._f1(replace(first, median=seconds).smoothed(scores), outputs)
                for seconds in track(self.median, "Tuning post-processing", transient=True)
            ]
        )
        worth = f1 - (PULL * (THRESHOLDS - self.threshold) ** 2 if trained_on else 0)
        for place, label in enumerate(outputs.present):
            if not f1[:, place].max():
                continue
            row, column = divmod(int(np.argmax(worth[:, place])), len(THRESHOLDS))
            threshold[label], median[label] = round(float(THRESHOLDS[column]), 2), float(self.median[row])
        return replace(first, threshold=threshold, median=median)

    def _f1(self, scores: dict[str, pd.DataFrame], outputs: Outputs) -> Array:
        """The F1 of each class that has events at each threshold, `(class, threshold)`."""
        present = outputs.present
        kept = frame_scores(scores, outputs.filenames, present)
        of_events = event_deltas(outputs.reference, kept, self.collar, self.offset_share)
        of_overlaps = intersection_deltas(outputs.reference, kept, self.dtc, self.gtc, None)
        both = [BestF1(deltas, outputs.reference, present, outputs.filenames) for deltas in (of_events, of_overlaps)]
        curves = np.stack([[each.at(label, THRESHOLDS) for label in present] for each in both])
        smooth: Array = uniform_filter1d(curves.mean(0), NEIGHBOURS, mode="nearest")
        return smooth


def clip_scores(scores: Mapping[str, pd.DataFrame], tags: pd.DataFrame) -> pd.DataFrame:
    """The `clip_score` of every clip and class, in the form of `tags`.

    Args:
        scores: frame probabilities of each clip by filename, `onset offset` and a column for each class.
        tags: clip probabilities, `filename` and a column for each class.
    """
    labels = list(tags.columns[1:])
    highest = np.stack([scores[filename][labels].to_numpy(float).max(0) for filename in tags["filename"]])
    values = clip_score(torch.from_numpy(highest)[:, :, None], torch.from_numpy(tags[labels].to_numpy(float)))
    table = pd.DataFrame(values.numpy(), columns=labels)
    table.insert(0, "filename", tags["filename"].to_numpy())
    return table


def best_tag_thresholds(reference: pd.DataFrame, tags: pd.DataFrame) -> dict[str, float]:
    """The tag threshold of each class with the best F1 over clips; it lies half way between two probabilities.

    Args:
        reference: the true events, `filename onset offset event_label`.
        tags: clip probabilities, `filename` and a column for each class.
    """
    chosen = {}
    for label in tags.columns[1:]:
        tagged = set(reference.loc[reference["event_label"] == label, "filename"])
        order = tags.sort_values(label, ascending=False)
        probs = order[label].to_numpy(float)
        correct = np.cumsum(order["filename"].isin(tagged))
        f1 = 2 * correct / (len(tagged) + np.arange(1, len(probs) + 1))
        # A threshold cannot lie between equal probabilities.
        last_of_equals = np.append(probs[:-1] > probs[1:], True)
        place = int(np.argmax(np.where(last_of_equals, f1, -1)))
        chosen[label] = float((probs[place] + (probs[place + 1] if place + 1 < len(probs) else 0)) / 2)
    return chosen
