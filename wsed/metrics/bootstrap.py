"""Confidence intervals by a bootstrap over clips."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from wsed.metrics.base import Array, Weights

WHOLE = 2**24
"""A 32-bit float holds whole numbers up to this one."""


def resample(clips: int, draws: int, seed: int) -> Weights:
    """Draws `clips` clips with replacement; returns how often each clip is in each draw, `(draw, clip)`.

    The draws of a clip lie side by side in memory, as sums over clips need them.
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(clips, np.full(clips, 1 / clips), draws).astype(np.float32, order="F")


def intervals(draws: Mapping[str, Array]) -> Iterator[tuple[str, tuple[float, float]]]:
    """The middle 95 % of each score's draws, under `NAME/ci95`; draws without a value are left out."""
    for name, values in draws.items():
        known = values[~np.isnan(values)]
        if len(known):
            low, high = np.percentile(known, [2.5, 97.5])
            yield f"{name}/ci95", (float(low), float(high))


class Steps:
    """Joins thousands of thresholds into a few hundred, so that a product of matrices gives the counts of every draw.

    If there are more thresholds than the limit, they are joined into steps with equal numbers of detections. Each step
    ends at a detection, so that a curve of detections over false alarms keeps its corners.

    Args:
        thresholds: `(item,)`, thresholds at which a count changes.
        found: `(item,)`, change of the number of detections below each threshold.
        limit: largest number of steps.

    Attributes:
        number: number of steps.
    """

    def __init__(self, thresholds: NDArray[np.floating], found: NDArray[np.number | np.bool_], limit: int) -> None:
        # Mostly, a few items suffice to see that there are too many.
        few = np.unique(thresholds[: 4 * limit])
        known = few if len(few) > limit else np.unique(thresholds)
        if len(known) <= limit:
            self.edges, self.step = known, np.append(0, np.arange(len(known))[::-1])
        else:
            detected = np.flatnonzero(found)
            detected = detected[np.argsort(thresholds[detected])]
            number = np.abs(found[detected]).astype(float)
            # The number of detections at higher thresholds: below the lowest, and from each one on.
            higher = np.append(np.cumsum(number[::-1])[::-1], 0)
            step = np.floor(higher * limit / max(higher[0], 1)).astype(np.int64)
            begins = np.flatnonzero(np.diff(step))
            self.edges, self.step = thresholds[detected][begins], np.append(step[begins], 0)
        self.number = int(self.step.max(initial=0)) + 1

    def of(self, thresholds: NDArray[np.floating]) -> NDArray[np.int64]:
        """The step of each threshold, from the highest down: `(item,)`."""
        steps: NDArray[np.int64] = self.step[np.searchsorted(self.edges, thresholds, side="right")]
        return steps


def clip_counts(
    clip: NDArray[np.integer], step: NDArray[np.integer], amounts: NDArray[np.number], shape: tuple[int, int]
) -> csr_array:
    """Sums items by clip and step; most clips have items in few steps.

    Args:
        clip: `(item,)`, the index of the clip of each item.
        step: `(item,)`, the step of its threshold.
        amounts: `(item,)`.
        shape: numbers of clips and of steps.
    """
    return csr_array((amounts.astype(float), (clip, step)), shape=shape)


def drawn_sums(weights: Weights, counts: csr_array) -> Array:
    """Sums counts over the clips of each draw, exactly: `(draw, step)`.

    Args:
        weights: `(draw, clip)`, how often each clip counts.
        counts: `(clip, step)`, whole numbers.
    """
    largest = weights.sum(1).max(initial=0) * np.abs(counts.data).max(initial=0)
    # 32-bit floats take half the time.
    kind = np.float32 if largest < WHOLE else np.float64
    sums = counts.T.astype(kind) @ np.ascontiguousarray(weights.T, kind)
    return np.ascontiguousarray(sums.T, float)
