"""The scores of a system on a set of clips, with their parameters and confidence intervals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rich.progress import track
from torch import Tensor

from wsed.checks.ranges import Draws, Seed
from wsed.config.instantiate import instantiate
from wsed.errors import UserError
from wsed.metrics.base import Array, BootstrappedMetric, Metric, Weights
from wsed.metrics.bootstrap import intervals, resample
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import ClipPredictions, Outputs

Results = dict[str, float | tuple[float, float]]
"""Scores by flat name, and their confidence intervals under `NAME/ci95`."""


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluator.

    Attributes:
        results: scores by flat name, and their confidence intervals under `NAME/ci95`.
        parameters: parameters of the metrics, by flat name.
        measures: descriptions of how to show the scores.
        curves: the curves behind the scores, such as `psds/scenario1/curve/efpr`.
        draws: `(draw,)`, the scores over all classes in each draw of the bootstrap, by flat name. Evaluations with the
            same seed and number of clips have the same clips in a draw, so that their difference can be tested.
    """

    results: Results
    parameters: dict[str, float | str]
    measures: tuple[Measure, ...]
    curves: Mapping[str, Array] = field(default_factory=dict)
    draws: Mapping[str, Array] = field(default_factory=dict)

    def with_logged(self, logged: Mapping[str, Tensor | float]) -> "Evaluation":
        """Adds values that a system or a callback logged as `test/NAME`; each becomes the score `NAME`.

        Args:
            logged: values by name, as in `trainer.callback_metrics`; names that do not begin with `test/` are ignored.
        """
        found: Results = {
            name.removeprefix("test/"): float(value) for name, value in logged.items() if name.startswith("test/")
        }
        # It is not known whether higher or lower values of a logged score are better.
        measures = tuple(Measure(name, name, higher_is_better=None) for name in found if name not in self.results)
        return replace(self, results={**found, **self.results}, measures=(*self.measures, *measures))

    def numbers(self, prefix: str = "") -> dict[str, float]:
        """The scores without their intervals, by flat name behind a prefix."""
        return {f"{prefix}{name}": value for name, value in self.results.items() if not isinstance(value, tuple)}

    def plain(self) -> dict[str, Any]:
        """The entries `metrics` and `measures` of `results.json`: what is not finite is null, an interval a list."""
        metrics = {
            name: [_finite(end) for end in value] if isinstance(value, tuple) else _finite(value)
            for name, value in self.results.items()
        }
        return {"metrics": metrics, "measures": [asdict(measure) for measure in self.measures]}


class Evaluator:
    """Scores the outputs of a system by several metrics.

    Args:
        metrics: metrics in the order of their scores.
        draws: number of draws of the bootstrap over clips; 0 for no confidence intervals.
        seed: seed of the bootstrap.

    Raises:
        ValueError: two metrics have the same name.
    """

    def __init__(self, metrics: Sequence[Metric], draws: Draws = 1000, seed: Seed = 0) -> None:
        names = [metric.name for metric in metrics]
        again = next((name for name in names if names.count(name) > 1), None)
        if again is not None:
            raise ValueError(f"two metrics have the name {again}; give one of them another")
        self.metrics = tuple(metrics)
        self.draws = draws
        self.seed = seed

    def needs(self, name: str) -> bool:
        """Whether any metric needs a field of `Outputs`."""
        return any(name in metric.inputs for metric in self.metrics)

    def evaluate(self, outputs: Outputs) -> Evaluation:
        """Scores outputs by each metric whose inputs are known."""
        weights = resample(len(outputs.filenames), self.draws, self.seed) if self.draws else None
        results: Results = {}
        parameters: dict[str, float | str] = {}
        curves: dict[str, Array] = {}
        draws: dict[str, Array] = {}
        applicable = [metric for metric in self.metrics if metric.applies(outputs)]
        for metric in track(applicable, "Scoring", transient=True):
            parameters |= metric.parameters(outputs)
            if not isinstance(metric, BootstrappedMetric):
                results |= {name: float(value) for name, value in metric.scores(outputs).items()}
                continue
            # Statistics need much memory: those of one metric are gone before the next one.
            scored = _scored(metric, outputs, weights)
            results |= scored.results
            curves |= scored.curves
            draws |= scored.draws
        if weights is not None:
            parameters |= {"draws": self.draws, "seed": self.seed}
        measures = (measure for metric in applicable for measure in metric.measures())
        known = tuple(measure for measure in measures if measure.key in results)
        overall = {name: values for name, values in draws.items() if "/class/" not in name}
        return Evaluation(results, parameters, known, curves, overall)

    def validate(self, predictions: ClipPredictions) -> dict[str, float]:
        """The scores of all metrics that are computed in validation, by flat name without `val/`."""
        return {
            name: float(value)
            for metric in self.metrics
            for name, value in metric.validation_scores(predictions).items()
        }


def _scored(metric: BootstrappedMetric, outputs: Outputs, weights: Weights | None) -> Evaluation:
    """The scores of one metric, with their curves and draws."""
    results: Results = {}
    curves: dict[str, Array] = {}
    draws: dict[str, Array] = {}
    for prefix, statistics in metric.statistics(outputs):
        results |= statistics.scores(prefix)
        curves |= {f"{prefix}/curve/{axis}": values for axis, values in statistics.curve().items()}
        if weights is not None:
            drawn = statistics.scores(prefix, weights)
            results |= dict(intervals(drawn))
            draws |= drawn
    return Evaluation(results, {}, (), curves, draws)


def build_evaluator(config: Mapping[str, Any]) -> Evaluator:
    """The evaluator that a validated config describes.

    Args:
        config: a config with `evaluation`, and with `metrics`, a description of each metric by name.

    Raises:
        UserError: an entry of `metrics` is not a metric.
    """
    metrics = instantiate(config["metrics"])
    for name, metric in metrics.items():
        if not isinstance(metric, Metric):
            raise UserError(f"metrics.{name}: is not a metric; add it with +metrics={name}, or remove what changes it")
    evaluator: Evaluator = instantiate(config["evaluation"], metrics=list(metrics.values()))
    return evaluator


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
