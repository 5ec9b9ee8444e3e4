"""Post-processing by a median filter and thresholds."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from wsed.checks.ranges import FilterSeconds, Named, SecondsFromZero, Share, Value
from wsed.errors import UserError
from wsed.postprocessing.base import Postprocessing, with_scores

PerClass = Union[Value, Named[Value]]  # noqa: UP007  # an operator needs classes
"""One value for all classes, or a value for each label."""

Scores = NDArray[np.float64]

Found = tuple[float, float, str]
"""Onset, offset and label of an event."""

EVENT_COLUMNS = ["filename", "onset", "offset", "event_label"]


@dataclass(frozen=True)
class Thresholds(Postprocessing):
    """Median-filters the scores of each class and applies a threshold; each run of frames above it is an event.

    Attributes:
        threshold: probability above which a frame belongs to an event, in [0, 1].
        hysteresis: lower threshold for the neighbours of such a frame, as a share of the threshold, in [0, 1]; 1 for no
            hysteresis.
        median: length of the median filter in seconds, rounded to an odd number of frames; 0 for no filter.
        gap: seconds; events of a class that are at most this far apart are joined.
        minimum_duration: seconds; shorter events are dropped, after gaps have been closed.
        tag_threshold: probability above which a clip has a tag, in [0, 1].
    """

    threshold: PerClass[Share]
    hysteresis: PerClass[Share]
    median: PerClass[FilterSeconds]
    gap: PerClass[SecondsFromZero]
    minimum_duration: PerClass[SecondsFromZero]
    tag_threshold: PerClass[Share]

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            values = value.values() if isinstance(value, Mapping) else [value]
            if not all(0 <= number < math.inf for number in values):
                raise ValueError(f"{name} is {value}; it must not be negative")

    def check_labels(self, labels: Sequence[str]) -> None:
        check_by_class(vars(self), labels)

    def events(self, scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        return event_table(scores, self._of_class, self.threshold)

    def smoothed(self, scores: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The scores of every clip after the median filter.

        Args:
            scores: frame probabilities of each clip by filename, `onset offset` and a column for each class.
        """
        return {filename: with_scores(table, self._all_smooth(table)) for filename, table in scores.items()}

    def tag_thresholds(self, labels: Sequence[str]) -> dict[str, float]:
        return {label: of_class(self.tag_threshold, label) for label in labels}

    def _of_class(self, onsets: Scores, offsets: Scores, scores: Scores, label: str) -> Iterator[Found]:
        smooth = self._smooth(scores, label, float(offsets[0] - onsets[0]))
        threshold = of_class(self.threshold, label)
        starts, ends = runs(smooth, threshold, threshold * of_class(self.hysteresis, label))
        begin, end = onsets[starts], offsets[ends - 1]
        # Times in files are rounded, hence the tolerance.
        gap = of_class(self.gap, label)
        near = begin[1:] - end[:-1] <= gap + 1e-9 if gap else np.zeros(0, bool)
        if len(near):
            begin, end = begin[np.r_[True, ~near]], end[np.r_[~near, True]]
        for onset, offset in zip(begin, end, strict=True):
            if offset - onset >= of_class(self.minimum_duration, label) - 1e-9:
                yield float(onset), float(offset), label

    def _all_smooth(self, table: pd.DataFrame) -> Scores:
        frame = float(table["offset"].iloc[0] - table["onset"].iloc[0])
        columns = [self._smooth(table[label].to_numpy(float), label, frame) for label in table.columns[2:]]
        return np.stack(columns, 1)

    def _smooth(self, scores: Scores, label: str, frame: float) -> Scores:
        """The scores of a class after the median filter; a frame lasts so many seconds."""
        size = odd_frames(of_class(self.median, label), frame)
        # The scores are reflected at the ends of the clip, as in DCASE's baselines.
        return median_filter(scores, size, mode="reflect") if size > 1 else scores


def event_table(
    scores: Mapping[str, pd.DataFrame],
    find: Callable[[Scores, Scores, Scores, str], Iterable[Found]],
    threshold: PerClass[Share],
) -> pd.DataFrame:
    """The events of all clips and classes; see `Postprocessing.events`.

    Args:
        scores: frame probabilities of each clip by filename, `onset offset` and a column for each class.
        find: gives the events of a class from the onsets, offsets and scores of the frames of a clip, and the label.
            Most classes are in few clips: it is asked only where a score is above the threshold.
        threshold: no class has events in a clip where all of its scores are at or below this value.
    """
    rows: list[tuple[Any, ...]] = []
    for filename, table in scores.items():
        labels, values = list(table.columns[2:]), table.to_numpy(float)
        above = (values[:, 2:] > [of_class(threshold, label) for label in labels]).any(0)
        onsets, offsets, *columns = np.ascontiguousarray(values.T)
        found = [
            event for place in np.flatnonzero(above) for event in find(onsets, offsets, columns[place], labels[place])
        ]
        rows += [(filename, *event) for event in sorted(found)] or [(filename, None, None, None)]
    events = pd.DataFrame(rows, columns=EVENT_COLUMNS)
    return events.astype({"onset": float, "offset": float, "event_label": object})


def check_by_class(arguments: Mapping[str, Any], labels: Sequence[str]) -> None:
    """Checks that values by class are for these classes.

    Args:
        arguments: arguments of a post-processing by name; those that are no mappings hold for all classes.
        labels: event classes.

    Raises:
        UserError: a class has no value, or a value is for another class.
    """
    for name, value in arguments.items():
        if isinstance(value, Mapping) and set(value) != set(labels):
            missing, more = sorted(set(labels) - set(value)), sorted(set(value) - set(labels))
            problem = f"has no value for {missing[0]}" if missing else f"{more[0]} is no class"
            raise UserError(f"postprocessing.{name}: {problem}; give one for each of data.labels")


def of_class(value: float | Mapping[str, float], label: str) -> float:
    """The value of a class, where all have the same or each has its own."""
    return value[label] if isinstance(value, Mapping) else value


def odd_frames(seconds: float, frame: float) -> int:
    """The odd number of frames nearest to a duration, at least 1."""
    return 2 * max(0, round((seconds / frame - 1) / 2)) + 1


def runs(scores: NDArray[np.float64], high: float, low: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs of frames above `low` that contain a frame above `high`.

    Args:
        scores: `(time,)`.
        high: upper threshold.
        low: lower threshold, at most `high`.

    Returns:
        The first frame of each run, and the frame after its last: `(run,)` twice.
    """
    change = np.diff(np.pad((scores > low).astype(np.int8), 1))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    above = np.concatenate([[0], np.cumsum(scores > high)])
    kept = above[ends] > above[starts]
    return starts[kept], ends[kept]
