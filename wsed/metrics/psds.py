"""Polyphonic sound detection score (Bilen et al. 2020), from scores or from events at several thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wsed.metrics.counts import Array
from wsed.metrics.intermediate_statistics import Deltas, delta_counts, ground_truth, reference_counts

HOUR = 3600.0


@dataclass(frozen=True)
class Scenario:
    """What a PSDS asks for.

    Attributes:
        dtc: share of a report that must lie in events of its class for it to be no false alarm.
        gtc: share of an event that such reports must cover for it to be found.
        cttc: share of a false alarm that must lie in another class's events for it to be triggered by them; None where
            cross triggers do not count.
        alpha_ct: weight of cross triggers.
        alpha_st: weight of the spread over classes.
        max_efpr: effective false alarms per hour up to which the curve counts.
    """

    dtc: float
    gtc: float
    cttc: float | None
    alpha_ct: float
    alpha_st: float
    max_efpr: float = 100.0


SCENARIO1 = Scenario(dtc=0.7, gtc=0.7, cttc=None, alpha_ct=0.0, alpha_st=1.0)
SCENARIO2 = Scenario(dtc=0.1, gtc=0.1, cttc=0.3, alpha_ct=0.5, alpha_st=1.0)
"""Of DCASE task 4 since 2020: fast reaction, and no confusion of classes."""


class Psds:
    """The score and its curve.

    Args:
        deltas: of each clip, made with the scenario's tolerances.
        reference: what there was, `filename onset offset event_label`.
        durations: seconds of every clip, by filename.
        labels: event classes that the reference has.
        scenario: its weights and limit.
    """

    def __init__(
        self,
        deltas: Deltas,
        reference: pd.DataFrame,
        durations: Mapping[str, float],
        labels: Sequence[str],
        scenario: Scenario,
    ) -> None:
        self.deltas = deltas
        self.reference = reference
        self.durations = durations
        self.labels = tuple(labels)
        self.scenario = scenario

    def scores(self, prefix: str, weights: Array | None = None) -> dict[str, Any]:
        """The score, `PREFIX`, and the area under each class's own curve, `PREFIX/class/LABEL`.

        Args:
            prefix: of the names, such as `psds/scenario1`.
            weights: `(draw, clip)`, how often each clip counts, in the order of `durations`; without it each counts
                once. Draws are scored at a few hundred thresholds at most, the score itself at every one.

        Returns:
            Numbers, or `(draw,)` with weights.
        """
        if weights is not None:
            return self._draws(prefix, weights)
        value, by_class, _ = self._score()
        return {prefix: value, **{f"{prefix}/class/{label}": area for label, area in by_class.items()}}

    def curve(self) -> tuple[Array, Array]:
        """The PSD-ROC: effective false alarms per hour, rising, and the effective share of events found."""
        found, false = self._score()[2]
        return false, found

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
    """The area under the mean of the classes' curves less their spread.

    A class's curve is a staircase: the most that it finds with no more than so many false alarms.

    Args:
        curves: of each class the share of events found and the false alarms per hour, `(step,)` each; NaN for a class
            without events, which does not count.
        alpha_st: weight of the spread.
        limit: false alarms per hour up to which the area counts; it is given as a share of them.
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
