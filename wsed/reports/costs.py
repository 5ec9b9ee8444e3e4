"""What a run costs: numbers of `results.json` that are not scores."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wsed.metrics.measure import Measure
from wsed.reports.runs import Run

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Cost:
    """One number and how to show it.

    Attributes:
        measure: its name, title, unit and digits.
        of: takes it out of a `results.json`; None if that does not have it.
    """

    measure: Measure
    of: Callable[[Results], float | None]

    def value(self, run: Run) -> float | None:
        """The number of a run; None if it is not known."""
        return self.of(run.results)


def train_seconds(results: Results) -> float | None:
    """Seconds of training and validation."""
    return (results.get("timing") or {}).get("train_seconds")


def real_time_factor(results: Results) -> float | None:
    """Seconds of audio by seconds of the test steps: network and, if the system separates, separation."""
    timing = results.get("timing") or {}
    audio, seconds = timing.get("tested_audio_seconds"), timing.get("test_step_seconds")
    # A time near 0, such as in a file that somebody wrote, gives infinity, which the page cannot hold.
    factor = audio / seconds if audio and seconds else math.inf
    return factor if math.isfinite(factor) else None


def _cost(key: str, title: str, unit: str, of: Callable[[Results], float | None]) -> Cost:
    return Cost(Measure(key, title, unit, decimals=0, higher_is_better=None, shown=False), of)


COSTS = (
    _cost("parameters", "parameters", "", lambda results: results.get("parameters")),
    _cost("train_seconds", "training", "s", train_seconds),
    _cost("real_time_factor", "speed", "x real time", real_time_factor),
)
