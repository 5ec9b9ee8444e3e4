"""Polyphonic sound detection score (Bilen et al. 2020), from scores or from events at several thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wsed.checks.ranges import NonNegative, Positive, Share, ShareAboveZero, Text
from wsed.metrics.base import Array, BootstrappedMetric, Statistics, Weights
from wsed.metrics.bootstrap import clip_counts
from wsed.metrics.changes import Changes
from wsed.metrics.intermediate_statistics import (
    Deltas,
    deltas_from_points,
    intersection_deltas,
    reference_counts,
)
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import Outputs
from wsed.metrics.staircases import Staircases, effective_area, effective_staircase
from wsed.metrics.threads import in_threads

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
        deltas: changes of the counts of each class as the threshold falls, with the tolerances of the scenario.
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
        self.labels = tuple(labels)
        self.number, self.sounding = reference_counts(reference, labels, list(durations))
        self.durations = np.array(list(durations.values()))
        self.scenario = scenario if len(labels) > 1 else replace(scenario, cttc=None, alpha_ct=0.0)

    def scores(self, prefix: str, weights: Weights | None = None) -> dict[str, Any]:
        """The score, `PREFIX`, and the area under the curve of each class, `PREFIX/class/LABEL`.

        Args:
            prefix: first part of the names, such as `psds/scenario1`.
            weights: `(draw, clip)`, how often each clip counts, in the order of `durations`; without it each counts
                once. Draws are scored at a few hundred thresholds at most, but the score itself at every threshold.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        if weights is None:
            return {name: float(value[0]) for name, value in self._areas(prefix, self._curves).items()}
        return self._areas(prefix, self._staircases(weights))

    def curve(self) -> dict[str, Array]:
        """The PSD-ROC: ascending effective false alarms per hour, `efpr`, and effective true positive rates, `etpr`."""
        edges, height = effective_staircase(self._curves, 0, self.scenario.alpha_st)
        edges, height = np.append(0.0, edges), np.append(0.0, height)
        last = np.append(edges[1:] > edges[:-1], True)
        return {"efpr": np.append(edges[last], self.scenario.max_efpr), "etpr": np.append(height[last], height[-1])}

    def _areas(self, prefix: str, curves: Sequence[Staircases]) -> dict[str, Array]:
        alpha_st, limit = self.scenario.alpha_st, self.scenario.max_efpr
        whole = in_threads(lambda draw: effective_area(curves, draw, alpha_st, limit), range(len(curves[0].known)))
        alone = {f"{prefix}/class/{label}": own.areas(limit) for label, own in zip(self.labels, curves, strict=True)}
        return {prefix: np.array(whole), **alone}

    @cached_property
    def _curves(self) -> list[Staircases]:
        """The staircase of each class, with a step at every threshold."""
        return self._staircases(None)

    def _staircases(self, weights: Weights | None) -> list[Staircases]:
        """The staircases of each class in every draw; see `scores` for the weights."""
        chosen = np.ones((1, len(self.durations))) if weights is None else weights
        events, sounding, total = chosen @ self.number, chosen @ self.sounding, chosen @ self.durations
        rates = CrossTriggerRates(self.number > 0, sounding, weights) if self.scenario.alpha_ct else None

        def of_class(place: int) -> Staircases:
            changes = self.deltas[self.labels[place]]
            found, alarms = (part[None] for part in changes.totals()[1:]) if weights is None else changes.drawn(weights)
            false = alarms / total[:, None]
            if rates is not None:
                false = false + self.scenario.alpha_ct * rates.of(changes) / (len(self.labels) - 1)
            return Staircases.of(found, false * HOUR, events[:, place], self.scenario.max_efpr)

        return in_threads(of_class, range(len(self.labels)))


class CrossTriggerRates:
    """Numbers of cross triggers per second of the events that they hit, summed over the classes of these events.

    Args:
        known: `(clip, class)`, whether a clip has events of a class.
        sounding: `(draw, class)`, seconds of all events of a class.
        weights: `(draw, clip)`, how often each clip counts; None for a single draw in which each counts once.
    """

    def __init__(self, known: NDArray[np.bool_], sounding: Array, weights: Weights | None) -> None:
        self.sounding = np.maximum(sounding, 1e-12)
        self.row = np.cumsum(known).reshape(known.shape) - 1
        clip, label = np.nonzero(known)
        self.shares = None if weights is None else weights.T[clip] / self.sounding.T[label]

    def of(self, changes: Changes) -> Array:
        """The rates of one class: `(draw, threshold)`, or `(draw, step)` with weights."""
        if self.shares is None:
            amounts = changes.cts / self.sounding[0, changes.other]
            added: Array = np.bincount(changes.item, amounts, len(changes.thresholds)).astype(float)
            return np.cumsum(added)[None, changes.ends()]
        row = self.row[changes.clip[changes.item], changes.other]
        counts = clip_counts(row, changes.step[changes.item], changes.cts, (len(self.shares), changes.steps.number))
        rates: Array = np.cumsum((counts.T @ self.shares).T, 1)
        return rates
