"""Tuning finds values that were planted, for each class its own."""

import numpy as np
import pandas as pd
import pytest

from wsed.metrics.best_f1 import BestF1
from wsed.metrics.event_based import event_counts
from wsed.metrics.frame_scores import frame_scores
from wsed.metrics.intermediate_statistics import event_deltas, intersection_deltas
from wsed.metrics.intersection_based import IntersectionBased
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.relative import RelativeThresholds
from wsed.postprocessing.thresholds import Thresholds
from wsed.postprocessing.tuned import Tuned, best_tag_thresholds

HOP, FRAMES, CLIPS = 0.1, 60, 12
LABELS = ("bell", "dog")
LOUDEST, EVENT, REST = {"bell": 0.9, "dog": 0.9}, {"bell": 0.8, "dog": 0.3}, {"bell": 0.7, "dog": 0.2}
LEAST = 0.1
"""Scores of one frame, of the others of its event, and outside, where one has the least.

What suits one class is wrong for the other."""

TUNED = Tuned([0.5, 0.0], 0.3, 0.4, collar=0.2, offset_share=0.2, dtc=0.5, gtc=0.5)


def made() -> tuple[pd.DataFrame, dict[str, pd.DataFrame], pd.DataFrame]:
    """Events of 1.5 s, their scores and tags; the dog's scores drop out for a frame in the middle of each.

    The bell rings in every second clip; elsewhere it has the same frames, but not the tag.
    """
    rng = np.random.default_rng(0)
    rows, scores, tags = [], {}, []
    edges = np.arange(FRAMES + 1) * HOP
    for clip in range(CLIPS):
        name = f"{clip}.wav"
        table = pd.DataFrame({"onset": edges[:-1], "offset": edges[1:]})
        for label in LABELS:
            first = int(rng.integers(1, 40))
            values = np.full(FRAMES, REST[label])
            values[first : first + 15] = EVENT[label]
            values[first + 3] = LOUDEST[label]
            values[0] = LEAST
            if label == "dog":
                values[first + 7] = LEAST
            table[label] = values
            if label == "dog" or clip % 2:
                rows.append((name, edges[first], edges[first + 15], label))
        scores[name] = table
        tags.append((name, 0.7 + 0.1 * (clip % 2), 0.9))
    reference = pd.DataFrame(rows, columns=["filename", "onset", "offset", "event_label"])
    return reference, scores, pd.DataFrame(tags, columns=["filename", *LABELS])


def outputs(strong: bool = True) -> Outputs:
    reference, scores, tags = made()
    return Outputs(LABELS, list(scores), reference, tags=tags, scores=scores, strong=strong)


def f1(post: Thresholds) -> dict[str, float]:
    reference, scores, tags = made()
    counted = event_counts(reference, post.detect(scores, tags), LABELS, list(scores), 0.2, 0.2).scores("e")
    return {label: counted[f"e/class/{label}/f1"] for label in LABELS}


def test_every_class_gets_what_it_needs() -> None:
    post = TUNED.fit(outputs(), trained_on=False)
    assert post.tag_threshold["bell"] == pytest.approx(0.75)
    assert 6 / 8 < post.threshold["bell"] < 7 / 8
    assert 1 / 8 < post.threshold["dog"] < 2 / 8
    assert f1(post) == {"bell": 1, "dog": 1}
    # The fitted values, the given ones, and no values by class.
    assert f1(Thresholds(0.5, 1.0, 0.5, 0.0, 0.0, 0.5)) == {"bell": 0, "dog": 0}
    assert max(f1(RelativeThresholds(0.4, 1.0, 0.5, 0.0, 0.0, 0.5, 0.5)).values()) < 1


def test_a_filter_is_chosen_where_it_helps() -> None:
    post = TUNED.fit(outputs(), trained_on=False)
    # Without the filter, the dog's events fall in two; the bell has no such frames.
    assert post.median["dog"] == 0.5
    assert Tuned([0.0], 0.3, 0.4, 0.2, 0.2, 0.5, 0.5).fit(outputs(), False).median == {"bell": 0.0, "dog": 0.0}


@pytest.mark.parametrize("strong", [True, False])
def test_without_strong_labels_the_values_are_those_of_the_config(strong: bool) -> None:
    known = outputs(strong)
    if strong:
        # The bell has no event at all.
        known.reference.drop(known.reference.index[known.reference["event_label"] == "bell"], inplace=True)
    post = TUNED.fit(known, trained_on=False)
    assert (post.threshold["bell"], post.median["bell"]) == (0.3, 0.5)
    assert (post.threshold["dog"] == 0.3) != strong


def test_on_training_clips_the_values_are_drawn_to_the_given_ones() -> None:
    free, drawn = (TUNED.fit(outputs(), trained_on) for trained_on in (False, True))
    for label in LABELS:
        assert abs(drawn.threshold[label] - 0.3) <= abs(free.threshold[label] - 0.3)
        assert drawn.clip_threshold[label] == pytest.approx((free.clip_threshold[label] + 0.4) / 2)
    assert drawn.threshold != free.threshold
    assert drawn.tag_threshold == free.tag_threshold


def test_the_f1_at_a_threshold_is_that_of_the_metrics() -> None:
    reference, scores, _ = made()
    names = list(scores)
    thresholds = np.array([0.05, 0.3, 0.6, 0.9, 0.97])
    of_events = BestF1(event_deltas(reference, frame_scores(scores, names, LABELS), 0.2, 0.2), reference, LABELS, names)
    of_overlaps = BestF1(
        intersection_deltas(reference, frame_scores(scores, names, LABELS), 0.5, 0.5, None), reference, LABELS, names
    )
    for place, threshold in enumerate(thresholds):
        found = Thresholds(float(threshold), 1.0, 0.0, 0.0, 0.0, 0.5).events(scores)
        expected = event_counts(reference, found, LABELS, names, 0.2, 0.2).scores("e")
        overlaps = IntersectionBased().scores(Outputs(LABELS, names, reference, events=found))
        for label in LABELS:
            assert of_events.at(label, thresholds)[place] == pytest.approx(expected[f"e/class/{label}/f1"])
            named = f"intersection_based/class/{label}/f1"
            assert of_overlaps.at(label, thresholds)[place] == pytest.approx(overlaps[named])


def test_a_tags_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(1)
    having = rng.uniform(size=40) < 0.4
    probs = np.round(np.clip(rng.normal(0.3 + 0.3 * having, 0.2), 0, 1), 2)
    names = [f"{clip}.wav" for clip in range(40)]
    reference = pd.DataFrame(
        [(name, 0.0, 1.0, "bell") for name, there in zip(names, having, strict=True) if there],
        columns=["filename", "onset", "offset", "event_label"],
    )
    threshold = best_tag_thresholds(reference, pd.DataFrame({"filename": names, "bell": probs}))["bell"]

    def score(at: float) -> float:
        said = probs > at
        return float(2 * (said & having).sum() / (said.sum() + having.sum()))

    assert score(threshold) == max(score(at) for at in np.linspace(-0.005, 1.005, 102))
