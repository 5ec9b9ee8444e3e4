"""Events between the points where scores change most (sound event bounding boxes, Ebbers et al., Interspeech 2024)."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from torch import Tensor

from wsed.checks.ranges import Seconds, Share
from wsed.postprocessing.base import Postprocessing
from wsed.postprocessing.relative import relative_scores
from wsed.postprocessing.thresholds import Found, PerClass, Scores, check_by_class, event_table, of_class


@dataclass(frozen=True)
class ChangePoints(Postprocessing):
    """An event begins where the scores rise most and ends where they fall most; a threshold applies to its mean score.

    So the boundaries of events do not depend on the threshold (section 3 of the paper). Neighbouring events are joined
    where the gap between them is shallow. Scores are relative to those of the clip, see `relative_scores`.

    Attributes:
        threshold: mean score above which an event counts, in [0, 1].
        step: seconds; the scores before and after a point are averaged over half of it each.
        gap_depth: two events are joined if the mean score of the gap between them is at most this much below that of
            the weaker one, in [0, 1].
        tag_threshold: probability above which a clip has a tag, in [0, 1].
        clip_threshold: `clip_score` above which a clip may have events of a class, in [0, 1].
    """

    threshold: PerClass[Share]
    step: Seconds
    gap_depth: Share
    tag_threshold: PerClass[Share]
    clip_threshold: PerClass[Share]
    needs_tags: ClassVar[bool] = True

    def check_labels(self, labels: Sequence[str]) -> None:
        """See `AnyPostprocessing`."""
        check_by_class(vars(self), labels)

    def calibrate(self, frame_probs: Tensor, clip_probs: Tensor, labels: Sequence[str]) -> Tensor:
        """See `Postprocessing`."""
        return relative_scores(frame_probs, clip_probs, labels, self.clip_threshold)

    def events(self, scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """See `Postprocessing`."""
        return event_table(scores, self._of_class, self.threshold)

    def tag_thresholds(self, labels: Sequence[str]) -> dict[str, float]:
        """See `Postprocessing`."""
        return {label: of_class(self.tag_threshold, label) for label in labels}

    def _of_class(self, onsets: Scores, offsets: Scores, scores: Scores, label: str) -> Iterator[Found]:
        half = max(1, round(self.step / 2 / float(offsets[0] - onsets[0])))
        for start, end in joined_boxes(scores, boxes(scores, half), self.gap_depth):
            if scores[start:end].mean() > of_class(self.threshold, label):
                yield float(onsets[start]), float(offsets[end - 1]), label


def boxes(scores: Scores, half: int) -> list[tuple[int, int]]:
    """Stretches from a steepest rise to the next steepest fall.

    Args:
        scores: `(time,)`; before and after it, scores are 0.
        half: number of frames that are averaged on each side of a point.

    Returns:
        The first frame of each stretch, and the frame after its last.
    """
    total = np.concatenate([[0], np.cumsum(np.pad(scores, half))])
    # Point t lies before frame t; the last one behind all frames.
    change = (total[2 * half :] - 2 * total[half:-half] + total[: -2 * half]) / half
    # What is left of equal sums is no change.
    change[np.abs(change) < 1e-9] = 0
    points: list[tuple[int, bool]] = []
    for rises in (True, False):
        signs = np.diff(np.pad(((change > 0) if rises else (change < 0)).astype(np.int8), 1))
        for start, end in zip(np.flatnonzero(signs == 1), np.flatnonzero(signs == -1), strict=True):
            part = np.abs(change[start:end])
            points.append((int(start + np.argmax(part)), rises))
    points.sort()
    return [(first, second) for (first, rise), (second, again) in itertools.pairwise(points) if rise and not again]


def joined_boxes(scores: Scores, found: Sequence[tuple[int, int]], depth: float) -> list[tuple[int, int]]:
    """Joins neighbours as long as the gap between them is shallow, the shallowest first.

    Args:
        scores: `(time,)`.
        found: stretches in their order.
        depth: the largest difference between the weaker neighbour and the gap.
    """
    kept = list(found)
    while len(kept) > 1:
        means = [scores[start:end].mean() for start, end in kept]
        depths = [
            min(means[place], means[place + 1]) - _mean(scores[kept[place][1] : kept[place + 1][0]])
            for place in range(len(kept) - 1)
        ]
        place = int(np.argmin(depths))
        if depths[place] > depth:
            break
        kept[place : place + 2] = [(kept[place][0], kept[place + 1][1])]
    return kept


def _mean(scores: Scores) -> Any:
    return scores.mean() if len(scores) else np.inf
