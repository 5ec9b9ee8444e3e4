"""Groups of runs that differ only in their seed."""

from collections.abc import Sequence
from dataclasses import dataclass

from wsed.metrics.measure import Measure
from wsed.reports.runs import Run
from wsed.reports.settings import differing_settings, label_of, settings


@dataclass(frozen=True)
class Group:
    """Finished runs with the same settings except for the seed.

    Attributes:
        label: the settings in which the group differs from other groups, or the name of its runs.
        runs: runs by seed.
    """

    label: str
    runs: dict[str, Run]

    def values(self, measure: Measure) -> dict[str, float]:
        """The score of each seed; seeds without one are left out."""
        found = {seed: run.scores.get(measure.key) for seed, run in self.runs.items()}
        return {seed: float(value) for seed, value in found.items() if value is not None}


def group_runs(runs: Sequence[Run]) -> list[Group]:
    """Groups runs, in the order of the first run of each group; runs without results are left out.

    Two runs with the same settings and seed, such as one of an older version, go to separate groups.
    """
    finished = [run for run in runs if run.results]
    differing = [key for key in differing_settings(finished) if key != "seed"]
    groups: dict[str, list[dict[str, Run]]] = {}
    for run in finished:
        copies = groups.setdefault(label_of(run, differing), [])
        seed = settings(run).get("seed", "")
        place = next((copy for copy in copies if seed not in copy), None)
        if place is None:
            copies.append({seed: run})
        else:
            place[seed] = run
    return [
        Group(label if not number else f"{label} ({number + 1})", copy)
        for label, copies in groups.items()
        for number, copy in enumerate(copies)
    ]
