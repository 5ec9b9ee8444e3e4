"""Selects the best of many runs, which a page shows in full."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsed.reports.measures import DEFAULT_MEASURES
from wsed.reports.runs import Run
from wsed.reports.settings import differing_settings, settings

RANKED_BY = ("frame/map", "tagging/map", "separation/sdr")
"""Scores to rank runs by; the first one that any run has is used."""


@dataclass(frozen=True)
class Best:
    """Some runs of a comparison.

    Attributes:
        places: their indices among all runs, the best run first.
        reason: a sentence that says why these runs were selected; empty if they are all runs.
    """

    places: tuple[int, ...]
    reason: str


def best_runs(runs: Sequence[Run], limit: int, each: Sequence[str] = ()) -> Best:
    """The best runs by the first score of `RANKED_BY` that any of them has; all runs if they are few.

    Args:
        runs: the runs of one comparison.
        limit: the largest number of runs to return.
        each: settings, such as `pooling`. If runs differ in them, only the best run of each value counts.

    Returns:
        All runs, or at most `limit` runs that have results.
    """
    key = next((name for name in RANKED_BY if any(run.scores.get(name) is not None for run in runs)), RANKED_BY[0])
    title = next(measure.title for measure in DEFAULT_MEASURES if measure.key == key)

    def worth(place: int) -> float:
        value = runs[place].scores.get(key)
        return -float("inf") if value is None else float(value)

    if len(runs) <= limit:
        return Best(tuple(sorted(range(len(runs)), key=worth, reverse=True)), "")
    ranked = sorted((place for place, run in enumerate(runs) if run.results), key=worth, reverse=True)
    differing = differing_settings(runs)
    keys = [name for name in each if name in differing]
    if not keys:
        return Best(tuple(ranked[:limit]), f"The best {limit} of {len(runs)} runs by {title}.")
    champions: dict[tuple[str | None, ...], int] = {}
    for place in ranked:
        own = settings(runs[place])
        champions.setdefault(tuple(own.get(name) for name in keys), place)
    left_out = f"; {limit} of {len(champions)}" if len(champions) > limit else ""
    reason = f"The best run of each {' and '.join(keys)} by {title}{left_out}."
    return Best(tuple(champions.values())[:limit], reason)
