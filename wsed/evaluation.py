"""Scores of event files, anyone's."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from wsed.metrics.bootstrap import intervals, resample
from wsed.metrics.counts import Counts
from wsed.metrics.event_based import event_counts
from wsed.metrics.intersection_based import intersection_counts
from wsed.metrics.psds import SCENARIO1, SCENARIO2, Deltas, Scenario, deltas_from_points, deltas_from_scores, psds
from wsed.metrics.segment_based import segment_counts

SCENARIOS = {"scenario1": SCENARIO1, "scenario2": SCENARIO2}


@dataclass(frozen=True)
class Settings:
    """Parameters of the metrics; the defaults are those of DCASE task 4.

    Attributes:
        collar: seconds by which an onset may be off, and an offset at least.
        offset_share: share of an event's length by which its offset may be off, if that is more.
        segment: seconds of a segment.
        dtc: share of a report that must lie in events of its class for it to be no false alarm.
        gtc: share of an event that such reports must cover for it to be found.
        draws: of the bootstrap; 0 for none.
        seed: of the bootstrap.
    """

    collar: float = 0.2
    offset_share: float = 0.2
    segment: float = 1.0
    dtc: float = 0.5
    gtc: float = 0.5
    draws: int = 1000
    seed: int = 0


def parameters(settings: Settings, scenarios: Mapping[str, Scenario]) -> dict[str, float]:
    """Every parameter by flat name, as it stands beside the scores."""
    named = {f"parameters/{name}": value for name, value in asdict(settings).items()}
    for title, scenario in scenarios.items():
        named |= {f"parameters/psds/{title}/{name}": value for name, value in asdict(scenario).items()}
    return {name: value for name, value in named.items() if value is not None}


def evaluate_events(
    reference: pd.DataFrame,
    events: pd.DataFrame,
    labels: Sequence[str],
    filenames: Sequence[str],
    settings: Settings,
) -> dict[str, float | tuple[float, float]]:
    """Event-based, segment-based and intersection-based scores of one system's events.

    Args:
        reference: what there was, `filename onset offset event_label`.
        events: what the system reported, the same columns.
        labels: event classes.
        filenames: of all clips, also those without events.
        settings: parameters.

    Returns:
        Scores by flat name, and their confidence intervals under `NAME/ci95`.
    """
    counts: dict[str, Counts] = {
        "event_based": event_counts(reference, events, labels, filenames, settings.collar, settings.offset_share),
        "segment_based": segment_counts(reference, events, labels, filenames, settings.segment),
        "intersection_based": intersection_counts(reference, events, labels, filenames, settings.dtc, settings.gtc),
    }
    results: dict[str, float | tuple[float, float]] = {}
    weights = resample(len(filenames), settings.draws, settings.seed) if settings.draws else None
    for prefix, of_metric in counts.items():
        results |= of_metric.scores(prefix)
        if weights is not None:
            results |= dict(intervals(of_metric.scores(prefix, weights)))
    return results


def evaluate_points(
    reference: pd.DataFrame,
    points: Mapping[float, pd.DataFrame],
    labels: Sequence[str],
    durations: Mapping[str, float],
    scenarios: Mapping[str, Scenario] = SCENARIOS,
) -> dict[str, float]:
    """PSDS of one system's events at several thresholds.

    Args:
        reference: what there was, `filename onset offset event_label`.
        points: by threshold, what the system reported, the same columns.
        labels: event classes.
        durations: seconds of every clip, by filename.
        scenarios: by title.

    Returns:
        `psds/TITLE` and `psds/TITLE/class/LABEL`.
    """
    return _psds(
        {
            title: deltas_from_points(reference, points, labels, list(durations), scenario)
            for title, scenario in scenarios.items()
        },
        reference,
        durations,
        scenarios,
    )


def evaluate_scores(
    reference: pd.DataFrame,
    scores: Mapping[str, pd.DataFrame],
    durations: Mapping[str, float],
    scenarios: Mapping[str, Scenario] = SCENARIOS,
) -> dict[str, float]:
    """PSDS of one system's scores, over all thresholds there are.

    Args:
        reference: what there was, `filename onset offset event_label`.
        scores: of every clip by filename, `onset offset` and a column of each class.
        durations: seconds of every clip, by filename.
        scenarios: by title.

    Returns:
        `psds/TITLE` and `psds/TITLE/class/LABEL`.
    """
    deltas = {title: deltas_from_scores(reference, scores, scenario) for title, scenario in scenarios.items()}
    return _psds(deltas, reference, durations, scenarios)


def _psds(
    deltas: Mapping[str, Deltas],
    reference: pd.DataFrame,
    durations: Mapping[str, float],
    scenarios: Mapping[str, Scenario],
) -> dict[str, float]:
    results = {}
    for title, scenario in scenarios.items():
        scored = psds(deltas[title], reference, durations, scenario)
        results[f"psds/{title}"] = scored.score
        results |= {f"psds/{title}/class/{label}": area for label, area in scored.by_class.items()}
    return results
