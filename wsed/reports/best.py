"""Which of many runs a page shows in full."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsed.reports.comparison import Run, differing_settings, settings
from wsed.reports.measures import MEASURES

RANKED_BY = ("SED-mAP", "AT-mAP", "SDR")
"""The first that any run has decides."""


@dataclass(frozen=True)
class Best:
    """Some runs of a comparison.

    Attributes:
        places: of the runs among all, the best first.
        reason: why these, in a sentence; empty where they are all.
    """

    places: tuple[int, ...]
    reason: str


def best_runs(runs: Sequence[Run], limit: int, each: Sequence[str] = ()) -> Best:
    """The best runs by the first measure of `RANKED_BY` that any has; all of them where they are few.

    Args:
        runs: of one comparison.
        limit: of how many.
        each: settings, such as `pooling`; of the runs that share them, where they differ at all, the best alone counts.

    Returns:
        Of many runs, only such as have results.
    """
    scores = [run.results.get("metrics") or {} for run in runs]
    measures = sorted((m for m in MEASURES if m.title in RANKED_BY), key=lambda m: RANKED_BY.index(m.title))
    measure = next((m for m in measures if any(own.get(m.key()) is not None for own in scores)), measures[0])

    def worth(place: int) -> float:
        value = scores[place].get(measure.key())
        return -float("inf") if value is None else float(value)

    if len(runs) <= limit:
        return Best(tuple(sorted(range(len(runs)), key=worth, reverse=True)), "")
    ranked = sorted((place for place, run in enumerate(runs) if run.results), key=worth, reverse=True)
    differing = differing_settings(runs)
    keys = [key for key in each if key in differing]
    if not keys:
        return Best(tuple(ranked[:limit]), f"The best {limit} of {len(runs)} runs by {measure.title}.")
    champions: dict[tuple[str | None, ...], int] = {}
    for place in ranked:
        own = settings(runs[place])
        champions.setdefault(tuple(own.get(key) for key in keys), place)
    left = f"; {limit} of {len(champions)}" if len(champions) > limit else ""
    reason = f"The best run of each {' and '.join(keys)} by {measure.title}{left}."
    return Best(tuple(champions.values())[:limit], reason)
