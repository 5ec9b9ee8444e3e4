"""An evaluation is a list of metrics, some of them from outside the package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
import torch

from wsed.errors import UserError
from wsed.evaluation.evaluator import Evaluator, build_evaluator
from wsed.metrics.base import Metric
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.event_based import EventBased
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.intersection_based import IntersectionBased
from wsed.metrics.measure import Measure
from wsed.metrics.outputs import ClipPredictions, Outputs
from wsed.metrics.psds import SCENARIO1, SCENARIO2
from wsed.metrics.segment_based import SegmentBased
from wsed.metrics.separation import Separation
from wsed.postprocessing.thresholds import Thresholds
from wsed.prediction import Event

LABELS = ("bark", "bell")
COLUMNS = ["filename", "onset", "offset", "event_label"]
ALL: tuple[Metric, ...] = (
    ClipBased(),
    FrameBased(),
    EventBased(),
    SegmentBased(),
    IntersectionBased(),
    SCENARIO1,
    SCENARIO2,
    Separation(),
)


class CountError(Metric):
    """The mean absolute error of the number of events in a clip: a metric from outside, without intervals."""

    name = "count"
    inputs = ("events",)

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def measures(self) -> Sequence[Measure]:
        return [Measure("count/error", "Count error", "events", 2, higher_is_better=False)]

    def scores(self, outputs: Outputs) -> Mapping[str, float]:
        assert outputs.events is not None
        numbers = [
            table.groupby("filename")["event_label"].count().reindex(list(outputs.filenames), fill_value=0)
            for table in (outputs.reference, outputs.events)
        ]
        return {"count/error": (numbers[1] - numbers[0]).abs().clip(upper=self.limit).mean()}


class MeanTag(Metric):
    """The mean clip probability: a metric that takes part in validation."""

    name = "mean_tag"
    inputs = ("tags",)
    in_validation = True

    def measures(self) -> Sequence[Measure]:
        return [Measure("mean_tag", "Mean tag", higher_is_better=None)]

    def scores(self, outputs: Outputs) -> Mapping[str, float]:
        assert outputs.tags is not None
        return {self.name: outputs.tags[list(outputs.labels)].to_numpy().mean()}


@pytest.fixture
def predictions() -> ClipPredictions:
    """Four clips of a second, in tenths of a second."""
    rng = np.random.default_rng(0)
    events = [
        [Event(0.2, 0.5, "bark")],
        [Event(0.1, 0.4, "bell"), Event(0.6, 0.9, "bark")],
        [],
        [Event(0, 0.3, "bell")],
    ]
    weak = torch.tensor([[1.0, 0], [1, 1], [0, 0], [0, 1]])
    return ClipPredictions(
        LABELS,
        10.0,
        [f"{clip}.wav" for clip in range(4)],
        events,
        {f"{clip}.wav": 1.0 for clip in range(4)},
        list(torch.from_numpy(rng.uniform(size=(4, 2)).astype(np.float32))),
        list(weak),
        [torch.from_numpy(rng.uniform(size=(2, 10)).astype(np.float32)) for _ in range(4)],
    )


@pytest.fixture
def outputs(predictions: ClipPredictions) -> Outputs:
    """The predictions of the four clips, post-processed."""
    tables = predictions.outputs()
    assert tables.scores is not None
    post = Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5)
    return replace(tables, events=post.events(tables.scores), tag_thresholds=post.tag_thresholds(LABELS))


def table(rows: list[tuple[str, float, float, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"event_label": object})


def test_a_metric_from_outside_is_scored_beside_the_others() -> None:
    reference = table([("a.wav", 0, 1, "bark"), ("b.wav", 0, 1, "bark"), ("b.wav", 2, 3, "bell")])
    events = table([("a.wav", 0, 1, "bell"), ("a.wav", 1, 2, "bell"), ("c.wav", 0, 1, "bark")])
    outputs = Outputs(LABELS, ["a.wav", "b.wav", "c.wav", "d.wav"], reference, events=events)
    found = Evaluator([CountError(limit=5), EventBased()], draws=10).evaluate(outputs)
    # The clips are off by 1, 2, 1 and 0 events.
    assert found.results["count/error"] == 1
    assert {"event_based/micro/f1", "event_based/micro/f1/ci95"} <= set(found.results)
    assert "count/error/ci95" not in found.results
    assert found.parameters["count/limit"] == 5
    assert found.plain()["measures"][0] == {
        "key": "count/error",
        "title": "Count error",
        "unit": "events",
        "decimals": 2,
        "higher_is_better": False,
        "per_class": None,
        "shown": True,
    }


def test_a_metric_from_outside_takes_part_in_validation_if_it_says_so(predictions: ClipPredictions) -> None:
    built_in = Evaluator([ClipBased(), FrameBased()]).validate(predictions)
    found = Evaluator([*ALL, CountError(3), MeanTag()]).validate(predictions)
    assert found == {**built_in, "mean_tag": pytest.approx(float(torch.stack(predictions.clip_probs).mean()))}
    assert {"tagging/map", "frame/eer", "frame/class/bell/ap"} <= set(built_in)


def test_each_metric_is_scored_where_its_inputs_are_known(outputs: Outputs) -> None:
    def names(known: Outputs) -> set[str]:
        return {name.split("/")[0] for name in Evaluator(ALL, draws=0).evaluate(known).results}

    assert names(outputs) == {"tagging", "frame", "event_based", "segment_based", "intersection_based", "psds"}
    assert names(replace(outputs, durations=None)) == names(outputs) - {"psds"}
    assert names(replace(outputs, scores=None)) == names(outputs) - {"psds", "frame"}
    assert names(replace(outputs, tags=None)) == names(outputs) - {"tagging"}
    # Without true onsets and offsets, only tags can be scored.
    assert names(replace(outputs, strong=False)) == {"tagging"}


def test_every_score_over_all_classes_is_described_and_lies_where_its_interval_does(outputs: Outputs) -> None:
    found = Evaluator(ALL, draws=200).evaluate(outputs)
    described = {measure.key: measure for measure in found.measures}
    overall = {name for name in found.results if "/class/" not in name and not name.endswith("ci95")}
    assert set(described) == overall
    for name in overall:
        low, high = found.results[f"{name}/ci95"]  # type: ignore[misc]  # an interval
        assert low <= high
        assert described[name].higher_is_better is not any(word in name for word in ("rate", "eer"))
    for measure in found.measures:
        for label in LABELS:
            key = measure.class_score_name(label)
            assert key is None or key in found.results


def test_a_seed_gives_the_same_intervals_and_another_gives_others(outputs: Outputs) -> None:
    once, again, other = (Evaluator([ClipBased()], 50, seed).evaluate(outputs).results for seed in (1, 1, 2))
    assert once == again
    assert once["tagging/map"] == other["tagging/map"]
    assert once["tagging/map/ci95"] != other["tagging/map/ci95"]


def test_what_is_logged_in_the_test_is_a_score(outputs: Outputs) -> None:
    logged = {"test/mine/depth": torch.tensor(2.5), "val/tagging/map": torch.tensor(0.1), "test/tagging/map": 0.0}
    before = Evaluator([ClipBased()], draws=0).evaluate(outputs)
    after = before.with_logged(logged)
    assert after.results == {**before.results, "mine/depth": 2.5}
    assert after.measures[:-1] == before.measures
    assert after.measures[-1] == Measure("mine/depth", "mine/depth", higher_is_better=None)


def test_a_number_that_is_none_is_null() -> None:
    reference = table([("a.wav", 0, 1, "bark")])
    outputs = Outputs(LABELS, ["a.wav"], reference, events=reference)
    metrics = Evaluator([EventBased()], draws=5).evaluate(outputs).plain()["metrics"]
    assert metrics["event_based/class/bell/f1"] is None
    assert metrics["event_based/micro/f1/ci95"] == [1.0, 1.0]


def test_two_metrics_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two metrics have the name event_based"):
        Evaluator([EventBased(), EventBased(collar=0.1)])
    strict = EventBased(collar=0.1, name="event_based_100ms")
    assert len(Evaluator([EventBased(), strict]).metrics) == 2


def test_an_entry_that_is_no_metric_is_refused() -> None:
    evaluation = {"_target_": "wsed.evaluation.evaluator.Evaluator", "_partial_": True}
    with pytest.raises(UserError, match=r"metrics.event_based: is not a metric"):
        build_evaluator({"metrics": {"event_based": {"offset_share": 0.5}}, "evaluation": evaluation})


@dataclass(frozen=True)
class Named(EventBased):
    """Parameters are found in any dataclass."""

    name: str = "named"


def test_parameters_carry_the_name_of_the_metric(outputs: Outputs) -> None:
    assert Named().parameters(outputs) == {"named/collar": 0.2, "named/offset_share": 0.2}
    # A parameter that is null has nothing to show.
    assert "psds/scenario1/cttc" not in SCENARIO1.parameters(outputs)
    assert SCENARIO2.parameters(outputs)["psds/scenario2/cttc"] == 0.3
