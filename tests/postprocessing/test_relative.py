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


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.1, 1), st.floats(0, 1))
def test_level_and_range_of_the_scores_do_not_matter(dog: list[float], factor: float, share: float) -> None:
    dog = [*dog, 0.0, 0.9]
    post = RelativeThresholds(**{**VALUES, "threshold": share}, clip_threshold=0.05)
    other = [1 - factor + factor * each for each in dog] if max(dog) < 0.99 else [factor * each for each in dog]
    clips = {"a": table({"dog": dog, "cat": dog}), "b": table({"dog": other, "cat": dog})}
    events = post.detect(clips, tags(a=[0.9, 0.0], b=[0.6, 0.0]))
    found = {name: set(rows["onset"].round(6)) for name, rows in events.groupby("filename")}
    # A frame may be exactly at the threshold, where rounding decides.
    if not (np.abs(np.array(dog) / max(dog) - share) < 1e-9).any():
        assert found["a"] == found["b"]
    assert set(events["event_label"].dropna()) <= {"dog"}


def test_it_is_a_threshold_between_the_lowest_and_the_highest_score() -> None:
    generator = np.random.default_rng(0)
    dog, cat = generator.random((2, 50)).tolist()
    post = RelativeThresholds(**VALUES, clip_threshold={"dog": 0.6, "cat": 0.8})
    clip = {"a": table({"dog": dog, "cat": cat})}
    found = post.detect(clip, tags(a=[0.4, 0.8]))
    each = [
        Thresholds(**{**VALUES, "threshold": 0.6 * min(values) + 0.4 * max(values)}).events(
            {"a": table({label: values})}
        )
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
    expected = torch.tensor([[[0, 1, 0.5], [0, 1, 0.25]], [[1.0, 1, 1], [0, 0, 0]]])
    torch.testing.assert_close(scores, expected)
