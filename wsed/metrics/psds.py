"""Polyphonic sound detection score (Bilen et al. 2020), from scores or from events at several thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wsed.metrics.counts import Array
from wsed.metrics.intersection_based import intersection_statistics
from wsed.metrics.sed_eval_counts import by_clip

Deltas = dict[str, dict[str, tuple[Array, dict[str, Array]]]]
"""For each clip and class the thresholds at which counts change, and by how much, as sed_scores_eval has them."""


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


@dataclass(frozen=True)
class Psds:
    """A score and its curve.

    Attributes:
        score: in [0, 1].
        by_class: each class's own area.
        curve: effective true positive ratios and effective false positive rates per hour.
    """

    score: float
    by_class: dict[str, float]
    curve: tuple[Array, Array]


def deltas_from_points(
    reference: pd.DataFrame,
    points: Mapping[float, pd.DataFrame],
    labels: Sequence[str],
    filenames: Sequence[str],
    scenario: Scenario,
) -> Deltas:
    """What changes from one operating point to the next lower threshold.

    Args:
        reference: what there was, `filename onset offset event_label`.
        points: by threshold, what a system reported, the same columns.
        labels: event classes.
        filenames: of the clips.
        scenario: its tolerances.
    """
    thresholds = sorted(points, reverse=True)
    tables = [points[threshold] for threshold in thresholds]
    found = intersection_statistics(reference, tables, labels, filenames, scenario.dtc, scenario.gtc, scenario.cttc)
    steps = np.array(thresholds)
    deltas: Deltas = {}
    for filename, of_clip in found.items():
        deltas[filename] = {}
        for label, counts in of_clip.items():
            # sed_scores_eval flattens names with a backslash.
            crossed = {f"cts\\{other}": values for other, values in counts["cts"].items()}
            series = {"tps": counts["tps"], "fps": counts["fps"], **(crossed or {"cts": np.zeros_like(steps)})}
            deltas[filename][label] = (steps, {name: np.diff(values, prepend=0) for name, values in series.items()})
    return deltas


def deltas_from_scores(reference: pd.DataFrame, scores: Mapping[str, pd.DataFrame], scenario: Scenario) -> Deltas:
    """What changes as the threshold falls through every score (Ebbers et al. 2022), so that no operating point is lost.

    Args:
        reference: what there was, `filename onset offset event_label`.
        scores: of every clip by filename, `onset offset` and a column of each class.
        scenario: its tolerances.
    """
    from sed_scores_eval.intersection_based.intermediate_statistics import intermediate_statistics_deltas

    deltas: Deltas = intermediate_statistics_deltas(
        dict(scores),
        ground_truth(reference, list(scores)),
        dtc_threshold=scenario.dtc,
        gtc_threshold=scenario.gtc,
        cttc_threshold=scenario.cttc,
    )
    return deltas


def psds(
    deltas: Deltas,
    reference: pd.DataFrame,
    durations: Mapping[str, float],
    scenario: Scenario,
) -> Psds:
    """The score of what `deltas` holds.

    Args:
        deltas: of each clip that counts.
        reference: what there was, `filename onset offset event_label`.
        durations: seconds by filename.
        scenario: its weights and limit.
    """
    from sed_scores_eval.intersection_based import psds as score

    value, by_class, curve, _ = score(
        scores=None,
        ground_truth=ground_truth(reference, list(durations)),
        audio_durations=dict(durations),
        deltas=deltas,
        dtc_threshold=scenario.dtc,
        gtc_threshold=scenario.gtc,
        cttc_threshold=scenario.cttc,
        alpha_ct=scenario.alpha_ct,
        alpha_st=scenario.alpha_st,
        max_efpr=scenario.max_efpr,
    )
    return Psds(float(value), {label: float(area) for label, area in by_class.items()}, curve)


def ground_truth(reference: pd.DataFrame, filenames: Sequence[str]) -> dict[str, list[tuple[float, float, str]]]:
    """The reference as sed_scores_eval takes it."""
    truths = by_clip(reference)
    return {
        filename: [(event["onset"], event["offset"], event["event_label"]) for event in truths.get(filename, [])]
        for filename in filenames
    }
