"""Polyphonic sound detection score (Bilen et al. 2020), from scores or from events at several thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from wsed.checks.ranges import NonNegative, Positive, Share, ShareAboveZero, Text
from wsed.metrics.base import Array, BootstrappedMetric, Statistics
from wsed.metrics.intermediate_statistics import (
    Deltas,
    delta_counts,
    deltas_from_points,
    ground_truth,
    intersection_deltas,
    reference_counts,
)
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import Outputs

HOUR = 3600.0


@dataclass(frozen=True)
class Psds(BootstrappedMetric):
    """The PSDS of one scenario, over all classes and for each class.

    A false alarm can be a cross trigger only if the reference has another class: with one class there are none, so
    that `cttc` and `alpha_ct` have no effect.

    Attributes:
        dtc: share of a detected event that must lie in true events of its class; otherwise it is a false alarm.
        gtc: share of a true event that such detections must cover; otherwise it is missed.
        cttc: share of a false alarm that must lie in events of another class to make it a cross trigger; None for no
            cross triggers.
        alpha_ct: weight of cross triggers.
        alpha_st: weight of the spread over classes.
        max_efpr: upper limit of the curve, in effective false alarms per hour.
        name: first part of the names of the scores.
    """

    dtc: ShareAboveZero
    gtc: ShareAboveZero
    cttc: ShareAboveZero | None
    alpha_ct: Share
    alpha_st: NonNegative
    max_efpr: Positive = 100.0
    name: Text = "psds"

    inputs = ("durations",)

    def __post_init__(self) -> None:
        for name in ("dtc", "gtc", "max_efpr"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")
        if (self.cttc is None) != (self.alpha_ct == 0):
            raise ValueError(
                f"cttc is {self.cttc} and alpha_ct is {self.alpha_ct:g}; without cross triggers give null and 0"
            )

    def measures(self) -> Sequence[Measure]:
        return [Measure(self.name, self.name, per_class=f"{self.name}/class/{{label}}", shown=False)]

    def applies(self, outputs: Outputs) -> bool:
        return super().applies(outputs) and (outputs.has("scores") or outputs.has("points"))

    def statistics(self, outputs: Outputs) -> Sequence[tuple[str, Statistics]]:
        return [(self.name, self.roc(outputs))]

    def roc(self, outputs: Outputs) -> "PsdRoc":
        """The PSD-ROC of a system.

        Args:
            outputs: outputs with durations, and with frame probabilities or operating points.
        """
        assert outputs.durations is not None
        tolerances = (self.dtc, self.gtc, self.cttc if len(outputs.present) > 1 else None)
        if outputs.points is not None:
            reference, labels = outputs.reference, outputs.present
            deltas = deltas_from_points(reference, outputs.points, labels, outputs.filenames, *tolerances)
        else:
            deltas = intersection_deltas(outputs.reference, outputs.present_scores, *tolerances)
        durations = {filename: outputs.durations[filename] for filename in outputs.filenames}
        return PsdRoc(deltas, outputs.reference, durations, outputs.present, self)


SCENARIO1 = Psds(dtc=0.7, gtc=0.7, cttc=None, alpha_ct=0.0, alpha_st=1.0, name="psds/scenario1")
SCENARIO2 = Psds(dtc=0.1, gtc=0.1, cttc=0.3, alpha_ct=0.5, alpha_st=1.0, name="psds/scenario2")
"""The scenarios of DCASE task 4 since 2020: fast reaction, and no confusion of classes."""


class PsdRoc(Statistics):
    """The curve of detected events over false alarms, and the area under it.

    Args:
        deltas: changes of the counts of each clip as the threshold falls, with the tolerances of the scenario.
        reference: the true events, `filename onset offset event_label`.
        durations: seconds of every clip, by filename.
        labels: the event classes that the reference has.
        scenario: gives the weights and the limit.
    """

    def __init__(
        self,
        deltas: Deltas,
        reference: pd.DataFrame,
        durations: Mapping[str, float],
        labels: Sequence[str],
        scenario: Psds,
    ) -> None:
        self.deltas = deltas
        self.reference = reference
        self.durations = durations
        self.labels = tuple(labels)
        self.scenario = scenario if len(labels) > 1 else replace(scenario, cttc=None, alpha_ct=0.0)

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """The score, `PREFIX`, and the area under the curve of each class, `PREFIX/class/LABEL`.

        Args:
            prefix: first part of the names, such as `psds/scenario1`.
            weights: `(draw, clip)`, how often each clip counts, in the order of `durations`; without it each counts
                once. Draws are scored at a few hundred thresholds at most, but the score itself at every threshold.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        if weights is not None:
            return self._draws(prefix, weights)
        value, by_class, _ = self._score()
        return {prefix: value, **{f"{prefix}/class/{label}": area for label, area in by_class.items()}}

    def curve(self) -> dict[str, Array]:
        """The PSD-ROC: ascending effective false alarms per hour, `efpr`, and effective true positive rates, `etpr`."""
        detected, false = self._score()[2]
        return {"efpr": false, "etpr": detected}

    def _score(self) -> tuple[float, dict[str, float], tuple[Array, Array]]:
        from sed_scores_eval.intersection_based import psds

        tolerances = {name: getattr(self.scenario, name) for name in ("alpha_ct", "alpha_st", "max_efpr")}
        tolerances |= {f"{name}_threshold": getattr(self.scenario, name) for name in ("dtc", "gtc", "cttc")}
        value, by_class, (found, false, *_), _ = psds(
            scores=None,
            ground_truth=ground_truth(self.reference, list(self.durations)),
            audio_durations=dict(self.durations),
            deltas=self.deltas,
            **tolerances,
        )
        return float(value), {label: float(area) for label, area in by_class.items()}, (found, false)

    def _draws(self, prefix: str, weights: Array) -> dict[str, Array]:
        filenames = list(self.durations)
        number, seconds = reference_counts(self.reference, self.labels, filenames)
        events, sounding = weights @ number, weights @ seconds
        total = weights @ np.array([self.durations[filename] for filename in filenames])
        curves = []
        for index, label in enumerate(self.labels):
            counts = {
                name: np.cumsum(weights @ steps, 1)
                for name, steps in delta_counts(self.deltas, label, filenames).items()
            }
            found = counts["tps"] / np.where(events[:, index : index + 1] > 0, events[:, index : index + 1], np.nan)
            false = counts["fps"] / total[:, None]
            if self.scenario.alpha_ct:
                crossed = [
                    counts.get(f"cts\\{other}", 0) / np.maximum(sounding[:, place : place + 1], 1e-12)
                    for place, other in enumerate(self.labels)
                    if other != label
                ]
                false = false + self.scenario.alpha_ct * np.mean(np.broadcast_arrays(*crossed), axis=0)
            curves.append((found, false * HOUR))
        limit, draws = self.scenario.max_efpr, range(len(weights))
        whole = [
            _area([(found[draw], false[draw]) for found, false in curves], self.scenario.alpha_st, limit)
            for draw in draws
        ]
        alone = {
            f"{prefix}/class/{label}": np.array([_area([(found[draw], false[draw])], 0.0, limit) for draw in draws])
            for label, (found, false) in zip(self.labels, curves, strict=True)
        }
        return {prefix: np.array(whole), **alone}


def _area(curves: Sequence[tuple[Array, Array]], alpha_st: float, limit: float) -> float:
    """The area under the mean of the classes' curves less their spread, as a share of the largest possible area.

    The curve of a class is a staircase: for each number of false alarms, the largest share of its events that is
    detected with at most this number.

    Args:
        curves: for each class, the share of events detected and the false alarms per hour, `(step,)` each; NaN for a
            class without events, which does not count.
        alpha_st: weight of the spread.
        limit: upper limit of the area, in false alarms per hour.
    """
    stairs = []
    for found, false in curves:
        if not np.isnan(found[-1]):
            within = false <= limit
            order = np.lexsort((found[within], false[within]))
            stairs.append((false[within][order], np.maximum.accumulate(found[within][order])))
    if not stairs:
        return np.nan
    edges = np.unique(np.concatenate([at for at, _ in stairs]))
    if not len(edges):
        return 0.0
    heights = np.stack(
        [np.concatenate([[0.0], height])[np.searchsorted(at, edges, side="right")] for at, height in stairs]
    )
    effective = np.maximum(heights.mean(0) - alpha_st * heights.std(0), 0)
    return float((effective * np.diff(edges, append=limit)).sum() / limit)
