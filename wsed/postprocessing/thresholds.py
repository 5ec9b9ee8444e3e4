"""Post-processing: from scores to events and tags."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import median_filter

PerClass = float | Mapping[str, float]
"""One value for all classes, or one for each label."""

EVENT_COLUMNS = ["filename", "onset", "offset", "event_label"]


@dataclass(frozen=True)
class Postprocessing:
    """Each class's scores are median-filtered and thresholded; what remains are runs of frames, the events.

    Attributes:
        threshold: above which a frame belongs to an event, in [0, 1].
        hysteresis: share of the threshold above which frames beside such a frame belong to its event as well, in
            [0, 1]; 1 for none.
        median: seconds of the median filter; the nearest odd number of frames. 0 for none.
        gap: seconds; events of a class with no more between them are one.
        minimum_duration: seconds; shorter events are dropped, after gaps are closed.
        tag_threshold: above which a clip has a tag, in [0, 1].
    """

    threshold: PerClass
    hysteresis: PerClass
    median: PerClass
    gap: PerClass
    minimum_duration: PerClass
    tag_threshold: PerClass

    def events(self, scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """The events of every clip.

        Args:
            scores: of each clip by filename, `onset offset` and a column of each class, frames of equal length.

        Returns:
            `filename onset offset event_label`; a clip without an event has a row with its name alone.
        """
        rows: list[tuple[Any, ...]] = []
        for filename, table in scores.items():
            found = [event for label in table.columns[2:] for event in self._of_class(table, label)]
            rows += [(filename, *event) for event in sorted(found)] or [(filename, None, None, None)]
        events = pd.DataFrame(rows, columns=EVENT_COLUMNS)
        return events.astype({"onset": float, "offset": float, "event_label": object})

    def tag_thresholds(self, labels: tuple[str, ...]) -> dict[str, float]:
        """The threshold of each class's tag."""
        return {label: _of(self.tag_threshold, label) for label in labels}

    def _of_class(self, table: pd.DataFrame, label: str) -> Iterator[tuple[float, float, str]]:
        onsets, offsets = table["onset"].to_numpy(float), table["offset"].to_numpy(float)
        scores = table[label].to_numpy(float)
        size = odd_frames(_of(self.median, label), float(offsets[0] - onsets[0]))
        # As in DCASE's baselines, which reflect a clip's scores at its ends.
        smooth = median_filter(scores, size, mode="reflect") if size > 1 else scores
        threshold = _of(self.threshold, label)
        starts, ends = runs(smooth, threshold, threshold * _of(self.hysteresis, label))
        begin, end = onsets[starts], offsets[ends - 1]
        # Times in files are rounded.
        near = begin[1:] - end[:-1] <= _of(self.gap, label) + 1e-9 if _of(self.gap, label) else np.zeros(0, bool)
        if len(near):
            begin, end = begin[np.r_[True, ~near]], end[np.r_[~near, True]]
        for onset, offset in zip(begin, end, strict=True):
            if offset - onset >= _of(self.minimum_duration, label) - 1e-9:
                yield float(onset), float(offset), label


def _of(value: PerClass, label: str) -> float:
    return value[label] if isinstance(value, Mapping) else value


def odd_frames(seconds: float, frame: float) -> int:
    """The odd number of frames whose length is nearest, at least 1."""
    return 2 * max(0, round((seconds / frame - 1) / 2)) + 1


def runs(scores: NDArray[np.float64], high: float, low: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs of frames above `low` that hold a frame above `high`.

    Args:
        scores: `(time,)`.
        high: threshold.
        low: at most `high`.

    Returns:
        First frames, and the frames after the last: `(run,)` twice.
    """
    change = np.diff(np.pad((scores > low).astype(np.int8), 1))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    above = np.concatenate([[0], np.cumsum(scores > high)])
    kept = above[ends] > above[starts]
    return starts[kept], ends[kept]
