import math

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wsed.errors import UserError
from wsed.postprocessing.relative import RelativeThresholds, clip_score
from wsed.postprocessing.thresholds import Thresholds

VALUES = {"threshold": 0.4, "hysteresis": 1.0, "median": 0.0, "gap": 0.0, "minimum_duration": 0.0, "tag_threshold": 0.5}


def table(scores: dict[str, list[float]]) -> pd.DataFrame:
    frames = len(next(iter(scores.values())))
    times = np.arange(frames + 1) / 10
    return pd.DataFrame({"onset": times[:-1], "offset": times[1:], **scores})


def tags(**rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame([(name, *values) for name, values in rows.items()], columns=["filename", "dog", "cat"])


def naive_place(probs: list[float]) -> list[float]:
    """The mean of two places, frame by frame: between two probabilities, and between their log-odds."""
    probs = [min(max(prob, 2**-24), 1 - 2**-24) for prob in probs]
    log_odds = [math.log(prob / (1 - prob)) for prob in probs]
    high = max(log_odds)
    low = min(min(log_odds), high - 2)
    most, least = (1 / (1 + math.exp(-edge)) for edge in (high, low))
    return [
        ((prob - least) / (most - least) + (odds - low) / (high - low)) / 2
        for prob, odds in zip(probs, log_odds, strict=True)
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_scores_are_places_between_the_lowest_and_the_highest_of_the_clip(probs: list[float]) -> None:
    post = RelativeThresholds(**VALUES, clip_threshold=0.0)
    scores = post.calibrate(torch.tensor([[probs]], dtype=torch.float64), torch.ones(1, 1), ["dog"])[0, 0]
    if max(probs) == 0:
        assert not scores.any()
    else:
        assert scores.tolist() == pytest.approx(naive_place(probs), abs=1e-6)
        assert scores.max() == 1
        order = sorted(range(len(probs)), key=probs.__getitem__)
        assert torch.all(scores[order].diff() >= 0)


def test_saturated_frames_and_frames_near_0_are_told_apart() -> None:
    post = RelativeThresholds(**VALUES, clip_threshold=0.0)
    probs = torch.tensor([[[1e-6, 1e-3, 0.5, 0.999, 0.9999999]]])
    scores = post.calibrate(probs, torch.ones(1, 1), ["dog"])[0, 0]
    assert torch.all(scores.diff() > 0.1)


def test_it_is_a_threshold_between_the_lowest_and_the_highest_score() -> None:
    generator = np.random.default_rng(0)
    dog, cat = generator.random((2, 50)).tolist()
    post = RelativeThresholds(**VALUES, clip_threshold={"dog": 0.6, "cat": 0.8})
    clip = {"a": table({"dog": dog, "cat": cat})}
    found = post.detect(clip, tags(a=[0.4, 0.8]))
    each = [
        Thresholds(**VALUES).events({"a": table({label: naive_place(values)})})
        for label, values in (("dog", dog), ("cat", cat))
    ]
    expected = pd.concat(each).sort_values(["onset", "offset", "event_label"], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)
    assert not len(post.detect(clip, tags(a=[0.3, 0.6])).dropna())


def test_a_clip_that_is_all_event_is_not_cut_in_pieces() -> None:
    wavering = [0.88, 0.95, 0.86, 0.92, 0.89]
    post = RelativeThresholds(**VALUES, clip_threshold=0.5)
    found = post.detect({"a": table({"dog": wavering, "cat": wavering})}, tags(a=[1, 0]))
    assert found[["onset", "offset"]].to_numpy().tolist() == [[0.0, 0.5]]


def test_silent_frames_give_no_event_and_no_error() -> None:
    post = RelativeThresholds(**VALUES, clip_threshold=0.5)
    assert not len(post.detect({"a": table({"dog": [0, 0], "cat": [0, 0]})}, tags(a=[1, 1])).dropna())


@given(st.lists(st.sampled_from([0.0, 1e-30, 0.3, 0.5, 1 - 1e-9, 1.0]), min_size=1, max_size=9))
def test_scores_stay_in_their_range(probs: list[float]) -> None:
    post = RelativeThresholds(**VALUES, clip_threshold=0.5)
    for dtype in (torch.float32, torch.float64):
        scores = post.calibrate(torch.tensor([[probs]], dtype=dtype), torch.ones(1, 1), ["dog"])
        assert 0 <= scores.min() <= scores.max() <= 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.floats(0, 1))
def test_a_clip_needs_tag_and_frames(probs: list[float], tag: float) -> None:
    score = clip_score(torch.tensor([[probs]]), torch.tensor([[tag]]))
    assert score.item() == pytest.approx(math.sqrt(max(probs) * tag), abs=1e-6)


def test_tags_are_asked_for() -> None:
    post = RelativeThresholds(**VALUES, clip_threshold=0.5)
    with pytest.raises(UserError, match="RelativeThresholds needs clip probabilities as well; add --tags"):
        post.detect({"a": table({"dog": [0, 1], "cat": [0, 0]})}, None)


def test_batches_are_calibrated_clip_by_clip() -> None:
    post = RelativeThresholds(**VALUES, clip_threshold=0.3)
    probs = torch.tensor([[[0.1, 0.9, 0.5], [0.0, 0.4, 0.1]], [[0.5, 0.5, 0.5], [0.1, 0.1, 0.1]]])
    scores = post.calibrate(probs, torch.tensor([[0.9, 0.6], [0.9, 0.5]]), ["dog", "cat"])
    expected = torch.tensor([[naive_place([0.1, 0.9, 0.5]), naive_place([0, 0.4, 0.1])], [[1, 1, 1], [0, 0, 0]]])
    torch.testing.assert_close(scores, expected)
