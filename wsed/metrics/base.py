"""The interface of metrics."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from wsed.metrics.measure import Measure
from wsed.metrics.outputs import ClipPredictions, Outputs

Array = NDArray[np.float64]

Weights = NDArray[np.floating]
"""How often each clip counts in each draw: `(draw, clip)`, whole numbers."""


class Statistics(ABC):
    """Statistics of each clip, such as counts, from which the scores of any selection of clips can be computed."""

    @abstractmethod
    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """The scores of a selection of the clips.

        Args:
            prefix: first part of the flat names.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once.

        Returns:
            Scores by flat name: numbers, or `(draw,)` with weights.
        """

    def curve(self) -> dict[str, Array]:
        """The curve behind the score, by axis; empty if there is none."""
        return {}


class Metric(ABC):
    """One metric of an evaluation. Its constructor takes its parameters.

    Attributes:
        name: first part of the flat names of its scores.
        inputs: fields of `Outputs` that the metric needs; if one of them is not known, the metric is left out.
        in_validation: whether the metric is also computed after each epoch, without post-processing, and logged as
            `val/NAME`.
    """

    name: str
    inputs: ClassVar[tuple[str, ...]]
    in_validation: ClassVar[bool] = False

    @abstractmethod
    def measures(self) -> Sequence[Measure]:
        """Descriptions of how to show the scores."""

    @abstractmethod
    def scores(self, outputs: Outputs) -> Mapping[str, float]:
        """Its scores by flat name, each of which begins with `name`."""

    def validation_scores(self, predictions: ClipPredictions) -> Mapping[str, float]:
        """The scores after an epoch, by flat name without `val/`; empty if the metric is not used in validation."""
        if not self.in_validation:
            return {}
        outputs = predictions.outputs()
        return self.scores(outputs) if self.applies(outputs) else {}

    def applies(self, outputs: Outputs) -> bool:
        """Whether the inputs of the metric are known."""
        return all(outputs.has(name) for name in self.inputs)

    def parameters(self, outputs: Outputs) -> dict[str, float | str]:
        """The parameters of the metric, by flat name: its attributes that are numbers or strings."""
        return {
            f"{self.name}/{key}": value
            for key, value in vars(self).items()
            if key != "name" and isinstance(value, (int, float, str))
        }


class BootstrappedMetric(Metric):
    """A metric with confidence intervals; it gives the statistics that the scores are computed from."""

    @abstractmethod
    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        """The statistics, each with the first part of the names of its scores."""

    def scores(self, outputs: Outputs) -> Mapping[str, float]:
        """Its scores by flat name, each of which begins with `name`."""
        found: dict[str, float] = {}
        for prefix, statistics in self.statistics(outputs):
            found |= statistics.scores(prefix)
        return found
