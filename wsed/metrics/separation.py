"""Separation scores of a system, of the untouched mixture and of ideal masks: means over the clips of each class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wsed.checks.ranges import Text
from wsed.metrics.base import Array, BootstrappedMetric, Statistics, Weights
from wsed.metrics.counts import mean_over_classes
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import Outputs

SYSTEM, MIXTURE = "system", "mixture"
BASELINES = (MIXTURE, "ideal_binary_mask", "ideal_ratio_mask")
"""Methods that the separation of a system is compared with: the untouched mixture, and ideal masks."""

RATIOS = ("sdr", "sir", "sar", "si_sdr", "level")
IMPROVED = ("sdr", "si_sdr")
"""Ratios for which the improvement over the mixture is scored as well."""


@dataclass(frozen=True)
class Separation(BootstrappedMetric):
    """SDR, SIR and SAR (BSS-eval version 3), SI-SDR and level of the separated sources; the background does not count.

    Attributes:
        name: first part of the names of the scores.
    """

    name: Text = "separation"

    inputs = ("separation",)

    def measures(self) -> Sequence[Measure]:
        titles = {ratio: ratio.upper() for ratio in RATIOS[:3]}
        shown = [
            Measure(f"{self.name}/{ratio}", title, "dB", 1, per_class=f"{self.name}/class/{{label}}/{ratio}")
            for ratio, title in titles.items()
        ]
        others = [*RATIOS[3:], *(f"{ratio}_improvement" for ratio in IMPROVED)]
        others += [f"{baseline}/{ratio}" for baseline in BASELINES for ratio in RATIOS]
        return shown + [
            Measure(
                f"{self.name}/{other}",
                f"{self.name}/{other}",
                "dB",
                1,
                # Neither too loud nor too quiet is better.
                higher_is_better=None if other.endswith("level") else True,
                shown=False,
            )
            for other in others
        ]

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        assert outputs.separation is not None
        return [(self.name, SeparationRatios(outputs.separation, outputs.labels, outputs.filenames))]


class SeparationRatios(Statistics):
    """The ratios of each clip, source and method.

    Args:
        table: `filename source method sdr sir sar si_sdr level` in dB; the method is `SYSTEM` or one of `BASELINES`.
        labels: event classes.
        filenames: names of the clips.
    """

    def __init__(self, table: pd.DataFrame, labels: Sequence[str], filenames: Sequence[str]) -> None:
        self.table = table
        self.labels = tuple(labels)
        self.filenames = list(filenames)

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """Means in dB over the clips of a class, and over the classes, by flat name.

        `PREFIX/sdr` is the mean of `PREFIX/class/LABEL/sdr`; likewise `sir`, `sar`, `si_sdr` and `level`, and the
        improvements over the mixture, `sdr_improvement` and `si_sdr_improvement`. `PREFIX/mixture/...`,
        `PREFIX/ideal_binary_mask/...` and `PREFIX/ideal_ratio_mask/...` are the same for the baselines.

        Args:
            prefix: first part of the names, such as `separation`.
            weights: `(draw, clip)`, how often each clip counts; without it each counts once.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        select = np.ones((1, len(self.filenames))) if weights is None else weights
        named: dict[str, Array] = {}
        for method in (SYSTEM, *BASELINES):
            start = prefix if method == SYSTEM else f"{prefix}/{method}"
            for ratio in RATIOS:
                by_class = self._by_class(method, ratio, select)
                named[f"{start}/{ratio}"] = mean_over_classes(np.stack(list(by_class.values()), -1))
                named |= {f"{start}/class/{label}/{ratio}": mean for label, mean in by_class.items()}
        for ratio in IMPROVED:
            for name in [name for name in named if name.endswith(f"/{ratio}")]:
                suffix = name.removeprefix(f"{prefix}/")
                if suffix == ratio or suffix.startswith("class/"):
                    named[f"{name}_improvement"] = named[name] - named[f"{prefix}/{MIXTURE}/{suffix}"]
        return {name: float(values[0]) if weights is None else values for name, values in named.items()}

    def _by_class(self, method: str, ratio: str, weights: Weights) -> dict[str, Array]:
        """The mean over the clips of each class that any clip has, `(draw,)`."""
        clip = pd.Index(self.filenames)
        of_method = self.table[self.table["method"] == method]
        by_class = {}
        for label in self.labels:
            of_class = of_method[of_method["source"] == label]
            if len(of_class):
                chosen = np.take(weights, clip.get_indexer(pd.Index(of_class["filename"])), axis=1)
                by_class[label] = _means(of_class[ratio].to_numpy(float), chosen)
        return by_class


def _means(values: Array, weights: Weights) -> Array:
    """Means of `(clip,)` under weights `(draw, clip)`: `(draw,)`; a clip that is not drawn may be infinite."""
    total = weights.sum(1)
    known = np.isfinite(values)
    sums = weights @ np.where(known, values, 0)
    for place in np.flatnonzero(~known):
        sums = np.where(weights[:, place] > 0, sums + values[place], sums)
    return sums / np.where(total > 0, total, np.nan)
