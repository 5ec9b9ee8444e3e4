"""Confidence intervals by a bootstrap over clips."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.base import Array


def resample(clips: int, draws: int, seed: int) -> Array:
    """Draws `clips` clips with replacement; returns how often each clip is in each draw, `(draw, clip)`."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(clips, np.full(clips, 1 / clips), draws).astype(float)


def intervals(draws: Mapping[str, Array]) -> Iterator[tuple[str, tuple[float, float]]]:
    """The middle 95 % of each score's draws, under `NAME/ci95`; draws without a value are left out."""
    for name, values in draws.items():
        known = values[~np.isnan(values)]
        if len(known):
            low, high = np.percentile(known, [2.5, 97.5])
            yield f"{name}/ci95", (float(low), float(high))


class Steps:
    """Joins thousands of thresholds into a few hundred, so that a matrix product gives the counts of every draw.

    If there are more thresholds than the limit, they are joined into steps with equal numbers of detections. Each step
    ends at a detection, so that a curve of detections over false alarms keeps its corners.

    Args:
        thresholds: `(item,)`, thresholds at which a count changes.
        found: `(item,)`, change of the number of detections below each threshold.
        clip: `(item,)`, index of the clip in which the count changes.
        clips: number of clips.
        limit: largest number of steps.
    """

    def __init__(self, thresholds: Array, found: Array, clip: NDArray[np.int64], clips: int, limit: int) -> None:
        values, place = np.unique(-thresholds, return_inverse=True)
        step = np.arange(len(values))
        if len(values) > limit:
            changes = np.bincount(place, np.abs(found), len(values))
            before = np.cumsum(changes) - changes
            step = np.floor(before * limit / max(changes.sum(), 1)).astype(int)
        self.shape = (clips, int(step.max(initial=0)) + 1)
        self.cell = clip * self.shape[1] + step[place]

    def counts(self, amounts: Array) -> Array:
        """Sums the items of each clip and step: `(item,)` to `(clip, step)`, from the highest thresholds down."""
        summed = np.bincount(self.cell, weights=amounts, minlength=self.shape[0] * self.shape[1])
        return summed.reshape(self.shape).astype(float)
