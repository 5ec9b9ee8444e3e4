"""Changes of the counts of one class as the threshold falls, in all clips."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.base import Array, Weights
from wsed.metrics.bootstrap import Steps, clip_counts, drawn_sums

Index = NDArray[np.integer]

STEPS = 300
"""The largest number of thresholds for the scores of bootstrap draws."""


def _none() -> Index:
    return np.zeros(0, np.int32)


@dataclass(frozen=True)
class Changes:
    """The thresholds at which counts change in a clip, and the changes.

    Attributes:
        thresholds: `(item,)`.
        clip: `(item,)`, the index of the clip.
        tps: `(item,)`, the change of the number of detected events.
        fps: `(item,)`, the change of the number of false alarms.
        item: `(cross,)`, the index of the item at which cross triggers change.
        other: `(cross,)`, the index of the class whose events they hit.
        cts: `(cross,)`, the change of their number.
    """

    thresholds: NDArray[np.floating]
    clip: Index
    tps: Index
    fps: Index
    item: Index = field(default_factory=_none)
    other: Index = field(default_factory=_none)
    cts: Index = field(default_factory=_none)

    @staticmethod
    def joined(parts: "Sequence[Changes]") -> "Changes":
        """All items, from the highest threshold down."""
        sizes = np.array([len(part.thresholds) for part in parts])
        before = np.cumsum(sizes) - sizes
        items = [part.item + offset for part, offset in zip(parts, before, strict=True)]
        thresholds, clip, tps, fps, other, cts = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("thresholds", "clip", "tps", "fps", "other", "cts")
        )
        order = np.argsort(-thresholds)
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order))
        item = place[np.concatenate(items).astype(np.int64)]
        return Changes(
            thresholds[order],
            clip[order].astype(np.int32),
            tps[order].astype(np.int16),
            fps[order].astype(np.int16),
            item,
            other.astype(np.int16),
            cts.astype(np.int16),
        )

    def behind(self, clips: int) -> "Changes":
        """The same changes in the clips behind so many others."""
        return replace(self, clip=self.clip + clips)

    def merged(self) -> "Changes":
        """The sums of what changes at the same threshold of a clip, where that is not zero; without cross triggers."""
        order = np.lexsort((self.thresholds, self.clip))
        thresholds, clip = self.thresholds[order], self.clip[order]
        first = np.flatnonzero(np.append(True, (np.diff(clip) != 0) | (np.diff(thresholds) != 0))[: len(clip)])
        if not len(first):
            return self
        tps, fps = (np.add.reduceat(amounts[order], first) for amounts in (self.tps, self.fps))
        kept = (tps != 0) | (fps != 0)
        return Changes(thresholds[first][kept], clip[first][kept], tps[kept], fps[kept])

    def ends(self) -> NDArray[np.int64]:
        """The last item of each threshold, from the highest down."""
        return np.flatnonzero(np.append(self.thresholds[1:] != self.thresholds[:-1], True)[: len(self.thresholds)])

    def totals(self) -> tuple[Array, Array, Array]:
        """Every threshold, in descending order, and the numbers of detected events and of false alarms at it."""
        ends = self.ends()
        tps, fps = (np.cumsum(part, dtype=np.int64)[ends].astype(float) for part in (self.tps, self.fps))
        return self.thresholds[ends].astype(float), tps, fps

    def drawn(self, weights: Weights) -> tuple[Array, Array]:
        """The numbers of detected events and of false alarms in every draw, at `STEPS` thresholds at most.

        Args:
            weights: `(draw, clip)`, how often each clip counts.

        Returns:
            `(draw, step)` twice, from the highest threshold down.
        """
        return self._drawn(weights, self.tps), self._drawn(weights, self.fps)

    @cached_property
    def steps(self) -> Steps:
        """The steps of the scores of draws."""
        return Steps(self.thresholds, self.tps, STEPS)

    @cached_property
    def step(self) -> Index:
        """`(item,)`, the step of each item."""
        return self.steps.of(self.thresholds).astype(np.int32)

    def _drawn(self, weights: Weights, amounts: Index) -> Array:
        changed = np.flatnonzero(amounts)
        shape = (weights.shape[1], self.steps.number)
        counts = clip_counts(self.clip[changed], self.step[changed], amounts[changed], shape)
        return np.cumsum(drawn_sums(weights, counts), 1)


def changes_of(
    thresholds: NDArray[np.floating], clip: Index, changes: NDArray[np.int64], others: Sequence[int]
) -> Changes:
    """Changes from a table of them.

    Args:
        thresholds: `(item,)`.
        clip: `(item,)`, the index of the clip.
        changes: `(2 + other, item)`, of detected events, of false alarms, and of cross triggers with each other class.
        others: indices of the other classes.
    """
    row, item = np.nonzero(changes[2:])
    return Changes(thresholds, clip, changes[0], changes[1], item, np.array(others, int)[row], changes[2:][row, item])
