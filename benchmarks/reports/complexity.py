"""The cost of `wsed report` in the number of runs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import EXPONENT, Figure
from benchmarks.reports.report import make_runs, report
from benchmarks.settings import Settings
from benchmarks.timing import exponent


def figures(settings: Settings) -> Iterator[Figure]:
    """The exponent, from 125 to 1,000 runs, without what a report of a single run takes."""
    sizes = (2, 4) if settings.small else (125, 250, 500, 1000)
    costs = []
    for size in (1, *sizes):
        with tempfile.TemporaryDirectory() as name:
            make_runs(Path(name), size)
            costs.append(report(Path(name)))
    beyond = [max(cost - costs[0], 1e-3) for cost in costs[1:]]
    yield Figure("report in runs", exponent(sizes, beyond), EXPONENT, "1 is proportional", ceiling=1.5)
