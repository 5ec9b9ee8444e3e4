"""Evaluation: every score of one system on one set of clips, with its parameters and its confidence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import torch
from rich.progress import track

from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.metrics.best_f1 import BestF1
from wsed.metrics.bootstrap import intervals, resample
from wsed.metrics.clip_based import tag_counts, tag_ranking
from wsed.metrics.counts import Metric
from wsed.metrics.event_based import event_counts
from wsed.metrics.frame_based import frame_ranking, touched_frames
from wsed.metrics.intermediate_statistics import (
    Deltas,
    deltas_from_points,
    event_deltas,
    intersection_deltas,
    reference_counts,
)
from wsed.metrics.intersection_based import intersection_counts
from wsed.metrics.lwlrap import Lwlrap
from wsed.metrics.psds import SCENARIO1, SCENARIO2, Psds, Scenario
from wsed.metrics.sed_eval_counts import by_clip
from wsed.metrics.segment_based import segment_counts
from wsed.postprocessing.thresholds import Postprocessing
from wsed.postprocessing.tuned import Tuned
from wsed.prediction import Event

Results = dict[str, float | tuple[float, float]]
"""Scores by flat name, and their confidence intervals under `NAME/ci95`."""


@dataclass(frozen=True)
class Settings:
    """Parameters of the metrics; the defaults are those of DCASE task 4.

    Attributes:
        collar: seconds by which an onset may be off, and an offset at least.
        offset_share: share of an event's length by which its offset may be off, if that is more.
        segment: seconds of a segment.
        dtc: share of a report that must lie in events of its class for it to be no false alarm.
        gtc: share of an event that such reports must cover for it to be found.
        scenario1: of PSDS.
        scenario2: of PSDS.
        draws: of the bootstrap over clips; 0 for no confidence intervals.
        seed: of the bootstrap.
    """

    collar: float = 0.2
    offset_share: float = 0.2
    segment: float = 1.0
    dtc: float = 0.5
    gtc: float = 0.5
    scenario1: Scenario = field(default=SCENARIO1)
    scenario2: Scenario = field(default=SCENARIO2)
    draws: int = 1000
    seed: int = 0


class Evaluation:
    """Takes in what a system said, in any of its forms, and scores it.

    Args:
        reference: what there was, `filename onset offset event_label`.
        labels: event classes; one that the reference lacks has no score.
        filenames: of all clips, also those without events.
        settings: parameters.
        durations: seconds of every clip by filename; PSDS needs them.
    """

    def __init__(
        self,
        reference: pd.DataFrame,
        labels: Sequence[str],
        filenames: Sequence[str],
        settings: Settings,
        durations: Mapping[str, float] | None = None,
    ) -> None:
        self.reference = reference
        self.labels = tuple(labels)
        known = set(reference["event_label"].dropna())
        self.there = tuple(label for label in self.labels if label in known)
        self.filenames = list(filenames)
        self.settings = settings
        self.durations = durations
        self.metrics: list[tuple[str, Metric]] = []
        self.parameters: dict[str, float] = {}
        self.curves: dict[str, Psds] = {}

    def add_events(self, events: pd.DataFrame) -> None:
        """Scores events, `filename onset offset event_label`: event-, segment- and intersection-based."""
        given = self.settings
        truth = (self.reference, events, self.labels, self.filenames)
        self.metrics += [
            ("event_based", event_counts(*truth, given.collar, given.offset_share)),
            ("segment_based", segment_counts(*truth, given.segment)),
            ("intersection_based", intersection_counts(*truth, given.dtc, given.gtc)),
        ]
        self._name("collar", "offset_share", "segment", "dtc", "gtc")

    def add_points(self, points: Mapping[float, pd.DataFrame]) -> None:
        """Scores events at several thresholds: PSDS."""
        for title, scenario in self._scenarios().items():
            tolerances = (scenario.dtc, scenario.gtc, scenario.cttc)
            deltas = deltas_from_points(self.reference, points, self.there, self.filenames, *tolerances)
            self._add_psds(title, scenario, deltas)

    def add_scores(self, scores: Mapping[str, pd.DataFrame]) -> None:
        """Scores frame probabilities: PSDS, best F1 and frame-wise.

        Args:
            scores: of every clip by filename, `onset offset` and a column of each class.
        """
        if not self.there:
            return
        given = self.settings
        known = {name: scores[name][["onset", "offset", *self.there]].astype(float) for name in self.filenames}
        if self.durations is not None:
            for title, scenario in self._scenarios().items():
                deltas = intersection_deltas(self.reference, known, scenario.dtc, scenario.gtc, scenario.cttc)
                self._add_psds(title, scenario, deltas)
        of_events = event_deltas(self.reference, known, given.collar, given.offset_share)
        of_intersections = intersection_deltas(self.reference, known, given.dtc, given.gtc, None)
        self.metrics += [
            ("event_based/best", BestF1(of_events, self.reference, self.there, self.filenames)),
            ("intersection_based/best", BestF1(of_intersections, self.reference, self.there, self.filenames)),
        ]
        truths = by_clip(self.reference)
        strong, probs = [], []
        for filename, table in known.items():
            events = [Event(row["onset"], row["offset"], row["event_label"]) for row in truths.get(filename, [])]
            times = (table["onset"].to_numpy(), table["offset"].to_numpy())
            strong.append(touched_frames(events, self.there, *times))
            probs.append(torch.from_numpy(table[list(self.there)].to_numpy(np.float32).T))
        self.metrics.append(("frame", frame_ranking(self.there, probs, strong)))
        self._name("collar", "offset_share", "dtc", "gtc")

    def add_tags(self, tags: pd.DataFrame, thresholds: Mapping[str, float]) -> None:
        """Scores clip probabilities against the classes of the events in a clip.

        Args:
            tags: `filename` and a column of each class.
            thresholds: of each class's tag.
        """
        number, _ = reference_counts(self.reference, self.labels, self.filenames)
        weak = torch.from_numpy(number > 0).float()
        probs = torch.from_numpy(
            tags.set_index("filename").loc[self.filenames, list(self.labels)].to_numpy(dtype=np.float32)
        )
        self.metrics += [
            ("tagging", tag_ranking(self.labels, probs, weak)),
            ("tagging", tag_counts(self.labels, probs, weak, thresholds)),
            ("tagging/lwlrap", Lwlrap(probs.double().numpy(), weak.double().numpy())),
        ]
        self.parameters |= {f"tag_threshold/{label}": value for label, value in thresholds.items()}

    def add(self, prefix: str, metric: Metric) -> None:
        """Adds a metric of the same clips in the same order."""
        self.metrics.append((prefix, metric))

    def results(self) -> Results:
        """Every score by flat name, each with its confidence interval."""
        given = self.settings
        weights = resample(len(self.filenames), given.draws, given.seed) if given.draws else None
        results: Results = {}
        for prefix, metric in track(self.metrics, "Scoring", transient=True):
            results |= metric.scores(prefix)
            if weights is not None:
                results |= dict(intervals(metric.scores(prefix, weights)))
        if weights is not None:
            self._name("draws", "seed")
        return results

    def _scenarios(self) -> dict[str, Scenario]:
        return {"scenario1": self.settings.scenario1, "scenario2": self.settings.scenario2}

    def _add_psds(self, title: str, scenario: Scenario, deltas: Deltas) -> None:
        assert self.durations is not None
        of_clips = {filename: self.durations[filename] for filename in self.filenames}
        metric = Psds(deltas, self.reference, of_clips, self.there, scenario)
        self.curves[f"psds/{title}"] = metric
        self.metrics.append((f"psds/{title}", metric))
        named = {f"psds/{title}/{name}": value for name, value in asdict(scenario).items()}
        self.parameters |= {name: value for name, value in named.items() if value is not None}

    def _name(self, *names: str) -> None:
        values: dict[str, Any] = asdict(self.settings)
        self.parameters |= {name: values[name] for name in names}


def evaluate_pass(
    scorer: PredictionCollector, postprocessing: Postprocessing, settings: Settings
) -> tuple[Results, Evaluation, pd.DataFrame]:
    """Every score of one pass of a system over a split.

    Args:
        scorer: what it collected.
        postprocessing: from its scores to events and tags.
        settings: parameters.

    Returns:
        The scores; what gave them, with the parameters; and the events, which are scored where strong labels are known.
    """
    evaluation = Evaluation(scorer.reference(), scorer.labels, scorer.filenames, settings, scorer.durations)
    evaluation.add_tags(scorer.tags(), postprocessing.tag_thresholds(scorer.labels))
    scores = scorer.scores()
    events = postprocessing.events(scores)
    if scorer.strong:
        evaluation.add_scores(scores)
        evaluation.add_events(events)
    if scorer.separation.rows:
        evaluation.add("separation", scorer.separation)
    return evaluation.results(), evaluation, events


def tune(tuned: Tuned, scorer: PredictionCollector, settings: Settings) -> Postprocessing:
    """Post-processing with the best parameters on what a pass over the validation split collected."""
    return tuned.fit(scorer.reference(), scorer.scores(), scorer.tags(), settings.collar, settings.offset_share)


def plain(results: Results) -> dict[str, float | list[float] | None]:
    """Scores as JSON has them: what is not a number is null, and an interval a list."""
    return {name: list(value) if isinstance(value, tuple) else _finite(value) for name, value in results.items()}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
