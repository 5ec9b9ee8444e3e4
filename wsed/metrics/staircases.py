"""Staircases of detected events over false alarms, and the areas below them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.base import Array


@dataclass(frozen=True)
class Staircases:
    """The largest share of the events of a class that is found with at most so many false alarms, in each draw.

    Attributes:
        at: `(draw, step)`, ascending false alarms per hour.
        height: `(draw, step)`, the share of events found from there on, in [0, 1].
        rises: `(draw, step)`, whether the staircase rises there, and within the limit.
        known: `(draw,)`, whether the draw has an event of the class; otherwise it has no staircase.
    """

    at: Array
    height: Array
    rises: NDArray[np.bool_]
    known: NDArray[np.bool_]

    @staticmethod
    def of(found: Array, false: Array, events: Array, limit: float) -> "Staircases":
        """The staircases of operating points.

        Args:
            found: `(draw, point)`, numbers of events found.
            false: `(draw, point)`, false alarms per hour.
            events: `(draw,)`, numbers of events.
            limit: the largest number of false alarms that matters.
        """
        within = (false <= limit).any(0)
        share, false = found[:, within] / np.maximum(events, 1)[:, None], false[:, within]
        order = np.argsort(false, axis=1)
        at = np.take_along_axis(false, order, 1)
        height = np.maximum.accumulate(np.take_along_axis(share, order, 1), axis=1)
        rises = (np.diff(height, axis=1, prepend=0) > 0) & (at <= limit)
        return Staircases(at, height, rises, events > 0)

    def areas(self, limit: float) -> Array:
        """The area below each staircase up to a limit, as a share of the largest possible area: `(draw,)`."""
        widths = np.diff(np.minimum(self.at, limit), axis=1, append=limit)
        return np.where(self.known, (self.height * widths).sum(1) / limit, np.nan)


def effective_staircase(classes: Sequence[Staircases], draw: int, alpha_st: float) -> tuple[Array, Array]:
    """The mean of the classes' staircases less their spread, in one draw.

    Args:
        classes: the staircases of each class.
        draw: index of the draw.
        alpha_st: weight of the spread.

    Returns:
        Ascending false alarms per hour, and the effective share of events found from there on: `(step,)` twice.
    """
    known = [stairs for stairs in classes if stairs.known[draw]]
    at = [stairs.at[draw, stairs.rises[draw]] for stairs in known]
    edges = np.concatenate(at)
    order = np.argsort(edges)
    label = np.repeat(np.arange(len(known)), [len(own) for own in at])
    heights = np.zeros((len(known), len(edges)))
    rising = np.concatenate([stairs.height[draw, stairs.rises[draw]] for stairs in known])
    heights[label[order], np.arange(len(edges))] = rising[order]
    heights = np.maximum.accumulate(heights, axis=1)
    return edges[order], np.maximum(heights.mean(0) - alpha_st * heights.std(0), 0)


def effective_area(classes: Sequence[Staircases], draw: int, alpha_st: float, limit: float) -> float:
    """The area below `effective_staircase` up to a limit, as a share of the largest possible area.

    Args:
        classes: the staircases of each class.
        draw: index of the draw.
        alpha_st: weight of the spread.
        limit: upper limit of the area, in false alarms per hour.
    """
    if not any(stairs.known[draw] for stairs in classes):
        return np.nan
    edges, height = effective_staircase(classes, draw, alpha_st)
    return float((height * np.diff(edges, append=limit)).sum() / limit)
