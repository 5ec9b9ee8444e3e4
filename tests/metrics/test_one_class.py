"""One event class, or a class without events: the scores of the field's tools, and none where none is defined."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from sed_eval.sound_event import EventBasedMetrics, SegmentBasedMetrics
from sed_scores_eval import collar_based, intersection_based
from sklearn.metrics import average_precision_score, roc_auc_score

from wsed.evaluation.evaluator import Evaluator
from wsed.metrics.base import Metric
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.event_based import EventBased
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.intersection_based import IntersectionBased
from wsed.metrics.outputs import Outputs
from wsed.metrics.psds import SCENARIO1, SCENARIO2, Psds
from wsed.metrics.segment_based import SegmentBased
from wsed.metrics.threshold_free import Ranking
from wsed.postprocessing.thresholds import Thresholds

FRAMES, HOP, CLIPS = 50, 0.1, 10
MINE = Psds(0.5, 0.5, None, 0.0, 0.0, 5000.0, name="psds/mine")
METRICS: list[Metric] = [
    ClipBased(), FrameBased(), EventBased(), SegmentBased(), IntersectionBased(), SCENARIO1, SCENARIO2, MINE
]  # fmt: skip


def made(labels: tuple[str, ...], silent: tuple[str, ...] = ()) -> Outputs:
    """Clips of five seconds, every other one with an event of each class but the silent ones, whatever other classes
    there are; the scores know something of them."""
    rows: list[tuple[str, float, float, str]] = []
    scores, tags = {}, {}
    edges = np.arange(FRAMES + 1) * HOP
    for clip in range(CLIPS):
        name = f"{clip}.wav"
        table = pd.DataFrame({"onset": edges[:-1], "offset": edges[1:]})
        for label in labels:
            rng = np.random.default_rng([clip, len(label)])
            values = np.convolve(rng.normal(-1, 1, FRAMES), np.ones(3) / 3, "same")
            if clip % 2 and label not in silent:
                onset = int(rng.integers(0, 35))
                rows.append((name, edges[onset], edges[onset + 12], label))
                values[onset : onset + 12] += 1.5
            table[label] = 1 / (1 + np.exp(-values))
        scores[name], tags[name] = table, table[list(labels)].max()
    reference = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
    reference = reference.astype({"onset": float, "offset": float, "event_label": object})
    tag_table = pd.DataFrame(tags).T.reset_index(names="filename")
    post = Thresholds(0.5, 1.0, 0, 0.0, 0.0, 0.5)
    return Outputs(
        labels, list(scores), reference, dict.fromkeys(scores, FRAMES * HOP), tags=tag_table,
        tag_thresholds=dict.fromkeys(labels, 0.5), scores=scores, events=post.events(scores),
    )  # fmt: skip


@pytest.fixture(scope="module")
def one() -> dict[str, float]:
    return Evaluator(METRICS, draws=50).evaluate(made(("dog",))).numbers()


@pytest.fixture(scope="module")
def two() -> dict[str, float]:
    """The same class with the same scores, beside another one."""
    return Evaluator(METRICS, draws=50).evaluate(made(("dog", "speech"))).numbers()


def test_a_class_alone_scores_as_beside_another(one: dict[str, float], two: dict[str, float]) -> None:
    by_class = {name for name in one if "/class/dog" in name and "scenario2" not in name}
    assert len(by_class) > 25
    for name in by_class:
        assert one[name] == pytest.approx(two[name]), name
    averages = {name: name.replace("/class/dog", "/macro") for name in by_class} | {
        "psds/scenario1/class/dog": "psds/scenario1",
        "frame/class/dog/ap": "frame/map",
        "tagging/class/dog/ap": "tagging/map",
    }
    compared = {name: average for name, average in averages.items() if average in one}
    assert len(compared) > 15
    for name, average in compared.items():
        assert one[name] == pytest.approx(one[average]), name


def test_psds_of_one_class_is_that_of_sed_scores_eval_without_cross_triggers(one: dict[str, float]) -> None:
    outputs = made(("dog",))
    truth = {name: [] for name in outputs.filenames} | {
        name: [tuple(row) for row in own[["onset", "offset", "event_label"]].to_numpy().tolist()]
        for name, own in outputs.reference.groupby("filename")
    }
    for scenario in (SCENARIO1, SCENARIO2, MINE):
        theirs, *_ = intersection_based.psds(
            scores=dict(outputs.scores or {}), ground_truth=truth, audio_durations=dict(outputs.durations or {}),
            dtc_threshold=scenario.dtc, gtc_threshold=scenario.gtc, alpha_st=scenario.alpha_st,
            max_efpr=scenario.max_efpr,
        )  # fmt: skip
        assert one[scenario.name] == pytest.approx(theirs)
    assert 0.1 < one["psds/mine"] < 1
    best, *_ = collar_based.best_fscore(
        dict(outputs.scores or {}), truth, onset_collar=0.2, offset_collar=0.2, offset_collar_rate=0.2
    )
    assert one["event_based/best/class/dog/f1"] == pytest.approx(best["dog"])


def test_counts_of_one_class_are_those_of_sed_eval(one: dict[str, float]) -> None:
    outputs = made(("dog",))
    metrics = {
        "event_based": EventBasedMetrics(["dog"], t_collar=0.2, percentage_of_length=0.2),
        "segment_based": SegmentBasedMetrics(["dog"], time_resolution=1.0),
    }
    assert outputs.events is not None
    for name in outputs.filenames:
        true, found = (
            [
                {"onset": on, "offset": off, "event_label": label}
                for filename, on, off, label in table.dropna().itertuples(index=False)
                if filename == name
            ]
            for table in (outputs.reference, outputs.events)
        )
        for metric in metrics.values():
            metric.evaluate(true, found)
    for name, metric in metrics.items():
        theirs = metric.results_overall_metrics()
        assert one[f"{name}/micro/f1"] == pytest.approx(theirs["f_measure"]["f_measure"])
        assert one[f"{name}/micro/error_rate"] == pytest.approx(theirs["error_rate"]["error_rate"])
    assert 0 < one["segment_based/micro/f1"] < 1


def test_a_class_without_events_has_no_score_and_changes_no_other(one: dict[str, float]) -> None:
    outputs = made(("dog", "speech"), silent=("speech",))
    found = Evaluator(METRICS, draws=50).evaluate(outputs).numbers()
    for name in one:
        if "/class/dog/" in name:
            assert found[name] == pytest.approx(one[name]), name
    assert all(math.isnan(value) for name, value in found.items() if "/class/speech/" in name)
    assert found["psds/scenario2"] == pytest.approx(one["psds/scenario2"])
    assert found["event_based/macro/f1"] == pytest.approx(one["event_based/macro/f1"])
    # A false alarm of an absent class is one all the same.
    assert found["segment_based/micro/precision"] < one["segment_based/micro/precision"]


def test_without_any_event_nothing_is_scored_and_nothing_fails() -> None:
    evaluation = Evaluator(METRICS, draws=50).evaluate(made(("dog", "speech"), silent=("dog", "speech")))
    assert evaluation.results
    assert all(math.isnan(value) for value in evaluation.numbers().values())
    assert not [name for name in evaluation.results if name.endswith("/ci95")]


@pytest.mark.parametrize("positive", [0, 5, 10])
def test_what_is_not_defined_has_no_value(positive: int) -> None:
    """torchmetrics gives 0 for an area under the ROC without negatives; scikit-learn gives none."""
    rng = np.random.default_rng(0)
    probs, target = rng.uniform(size=10), np.arange(10) < positive
    ranking = Ranking(["dog"], torch.tensor(probs)[:, None], torch.tensor(target)[:, None], torch.arange(10),
                      ("ap", "auroc", "eer"))  # fmt: skip
    scores, draws = ranking.scores("r"), ranking.scores("r", np.ones((1, 10)))
    assert scores["r/map"] == pytest.approx(average_precision_score(target, probs) if positive else np.nan, nan_ok=True)
    expected = roc_auc_score(target, probs) if 0 < positive < 10 else np.nan
    assert scores["r/auroc"] == pytest.approx(expected, nan_ok=True)
    assert math.isnan(scores["r/eer"]) == (positive in (0, 10))
    for name, value in scores.items():
        assert float(draws[name][0]) == pytest.approx(value, nan_ok=True), name


def test_labels_that_dcase_util_would_change_are_counted() -> None:
    for label in ("none", "None", "nan", "NA", "null", "all", "1", "a, b"):
        reference = pd.DataFrame([("0.wav", 0.0, 1.0, label)], columns=["filename", "onset", "offset", "event_label"])
        outputs = Outputs((label,), ["0.wav"], reference, events=reference)
        for metric in (EventBased(), SegmentBased(), IntersectionBased()):
            assert metric.scores(outputs)[f"{metric.name}/class/{label}/f1"] == 1
