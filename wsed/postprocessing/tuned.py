"""Post-processing whose parameters are chosen on validation data, class by class."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.progress import track

from wsed.metrics.event_based import event_counts
from wsed.postprocessing.thresholds import Postprocessing


@dataclass(frozen=True)
class Tuned:
    """Every combination is tried; each class takes its best in event-based F1, the first of equals.

    Attributes:
        threshold: candidates for that of `Postprocessing`.
        hysteresis: candidates likewise.
        median: candidates likewise, in seconds.
        gap: candidates likewise, in seconds.
        minimum_duration: candidates likewise, in seconds.
    """

    threshold: Sequence[float]
    hysteresis: Sequence[float]
    median: Sequence[float]
    gap: Sequence[float]
    minimum_duration: Sequence[float]

    def fit(
        self,
        reference: pd.DataFrame,
        scores: dict[str, pd.DataFrame],
        tags: pd.DataFrame,
        collar: float,
        offset_share: float,
    ) -> Postprocessing:
        """The best parameters on validation data.

        A tag's threshold is the one with the best F1 of its class.

        Args:
            reference: what there was, `filename onset offset event_label`.
            scores: of each clip by filename, `onset offset` and a column of each class.
            tags: clip probabilities, `filename` and a column of each class.
            collar: of the event-based F1.
            offset_share: of the event-based F1.
        """
        labels = tuple(tags.columns[1:])
        names = ("threshold", "hysteresis", "median", "gap", "minimum_duration")
        combinations = list(itertools.product(*(getattr(self, name) for name in names)))
        found = np.stack(
            [
                self._f1(dict(zip(names, values, strict=True)), reference, scores, labels, collar, offset_share)
                for values in track(combinations, "Tuning post-processing", transient=True)
            ]
        )
        # A class that validation lacks has no F1, and takes the first candidates.
        best = np.argmax(np.nan_to_num(found), axis=0)
        chosen = {
            name: {label: float(combinations[best[place]][index]) for place, label in enumerate(labels)}
            for index, name in enumerate(names)
        }
        return Postprocessing(**chosen, tag_threshold=best_tag_thresholds(reference, tags))

    def _f1(
        self,
        values: dict[str, float],
        reference: pd.DataFrame,
        scores: dict[str, pd.DataFrame],
        labels: tuple[str, ...],
        collar: float,
        offset_share: float,
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Of each class."""
        events = Postprocessing(**values, tag_threshold=0.5).events(scores)
        counted = event_counts(reference, events, labels, list(scores), collar, offset_share).scores("e")
        return np.array([counted[f"e/class/{label}/f1"] for label in labels])


def best_tag_thresholds(reference: pd.DataFrame, tags: pd.DataFrame) -> dict[str, float]:
    """For each class the threshold with the best F1 over clips, half way between two probabilities.

    Args:
        reference: what there was, `filename onset offset event_label`.
        tags: clip probabilities, `filename` and a column of each class.
    """
    chosen = {}
    for label in tags.columns[1:]:
        having = set(reference.loc[reference["event_label"] == label, "filename"])
        order = tags.sort_values(label, ascending=False)
        probs = order[label].to_numpy(float)
        correct = np.cumsum(order["filename"].isin(having))
        f1 = 2 * correct / (len(having) + np.arange(1, len(probs) + 1))
        # A threshold cannot lie between equal probabilities.
        last_of_equals = np.append(probs[:-1] > probs[1:], True)
        place = int(np.argmax(np.where(last_of_equals, f1, -1)))
        chosen[label] = float((probs[place] + (probs[place + 1] if place + 1 < len(probs) else 0)) / 2)
    return chosen
