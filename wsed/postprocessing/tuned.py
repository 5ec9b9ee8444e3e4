"""Post-processing with parameters that are chosen for each class on validation data."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.progress import track

from wsed.checks.ranges import FilterSeconds, ListOf, Seconds, SecondsFromZero, Share
from wsed.metrics.base import Array
from wsed.metrics.event_based import event_counts
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.base import FittedPostprocessing
from wsed.postprocessing.thresholds import Thresholds

MOST = 100_000
"""The largest number of combinations; each takes about as long as one evaluation."""

PARAMETERS = ("threshold", "hysteresis", "median", "gap", "minimum_duration")


@dataclass(frozen=True)
class Tuned(FittedPostprocessing):
    """Tries every combination, and chooses the one with the best event-based F1 for each class, the first of equals.

    Attributes:
        threshold: candidates for `Thresholds.threshold`.
        hysteresis: candidates for `Thresholds.hysteresis`.
        median: candidates for `Thresholds.median`, in seconds.
        gap: candidates for `Thresholds.gap`, in seconds.
        minimum_duration: candidates for `Thresholds.minimum_duration`, in seconds.
        collar: collar of the event-based F1, in seconds.
        offset_share: offset tolerance of the event-based F1, see `EventBased`.

    Raises:
        ValueError: there are too many combinations to try.
    """

    threshold: ListOf[Share]
    hysteresis: ListOf[Share]
    median: ListOf[FilterSeconds]
    gap: ListOf[SecondsFromZero]
    minimum_duration: ListOf[SecondsFromZero]
    collar: Seconds
    offset_share: Share

    def __post_init__(self) -> None:
        count = math.prod(len(getattr(self, name)) for name in PARAMETERS)
        if not 1 <= count <= MOST:
            raise ValueError(f"there are {count:,} combinations of candidates; give each list some, {MOST:,} in all")

    def fit(self, outputs: Outputs) -> Thresholds:
        """The best parameters on validation data; tag thresholds are those with the best F1 over clips."""
        assert outputs.tags is not None
        combinations = list(itertools.product(*(getattr(self, name) for name in PARAMETERS)))
        f1 = np.stack(
            [
                self._f1(dict(zip(PARAMETERS, values, strict=True)), outputs)
                for values in track(combinations, "Tuning post-processing", transient=True)
            ]
        )
        # A class that the validation split lacks has no F1, and takes the first candidates.
        best = np.argmax(np.nan_to_num(f1), axis=0)
        chosen = {
            name: {label: float(combinations[best[place]][index]) for place, label in enumerate(outputs.labels)}
            for index, name in enumerate(PARAMETERS)
        }
        return Thresholds(**chosen, tag_threshold=best_tag_thresholds(outputs.reference, outputs.tags))

    def _f1(self, values: dict[str, float], outputs: Outputs) -> Array:
        """The event-based F1 of each class, `(class,)`."""
        assert outputs.scores is not None
        events = Thresholds(**values, tag_threshold=0.5).events(outputs.scores)
        clips = (outputs.labels, outputs.filenames)
        counts = event_counts(outputs.reference, events, *clips, self.collar, self.offset_share)
        scores = counts.scores("event_based")
        return np.array([scores[f"event_based/class/{label}/f1"] for label in outputs.labels])


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
