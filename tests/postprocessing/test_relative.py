import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wsed.errors import UserError
from wsed.postprocessing.relative import RelativeThresholds
from wsed.postprocessing.thresholds import Thresholds

VALUES = {"threshold": 0.4, "hysteresis": 1.0, "median": 0.0, "gap": 0.0, "minimum_duration": 0.0}


def table(scores: dict[str, list[float]]) -> pd.DataFrame:
    frames = len(next(iter(scores.values())))
    times = np.arange(frames + 1) / 10
    return pd.DataFrame({"onset": times[:-1], "offset": times[1:], **scores})


def tags(**rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame([(name, *values) for name, values in rows.items()], columns=["filename", "dog", "cat"])


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=30), st.floats(0.01, 1), st.floats(0, 1))
def test_the_level_of_the_scores_does_not_matter(dog: list[float], factor: float, threshold: float) -> None:
    post = RelativeThresholds(**{**VALUES, "threshold": threshold}, tag_threshold=0.5)
    clips = {"a": table({"dog": dog, "cat": dog}), "b": table({"dog": [factor * each for each in dog], "cat": dog})}
    events = post.detect(clips, tags(a=[0.9, 0.1], b=[0.6, 0.0]))
    found = {name: set(rows["onset"].round(6)) for name, rows in events.groupby("filename")}
    # A frame may be exactly at the threshold, where rounding decides.
    exact = np.abs(np.array(dog) / max(dog) - threshold) < 1e-9
    if not exact.any():
        assert found["a"] == found["b"]
    assert set(events["event_label"].dropna()) <= {"dog"}


def test_it_is_a_threshold_of_the_largest_frame_times_the_relative_one() -> None:
    generator = np.random.default_rng(0)
    dog, cat = generator.random(50).tolist(), generator.random(50).tolist()
    post = RelativeThresholds(**VALUES, tag_threshold={"dog": 0.3, "cat": 0.7})
    clip = {"a": table({"dog": dog, "cat": cat})}
    found = post.detect(clip, tags(a=[0.4, 0.8]))
    each = [
        Thresholds(**{**VALUES, "threshold": 0.4 * max(scores)}, tag_threshold=0.5).events(
            {"a": table({label: scores})}
        )
        for label, scores in (("dog", dog), ("cat", cat))
    ]
    expected = pd.concat(each).sort_values(["onset", "offset", "event_label"], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)
    assert not len(post.detect(clip, tags(a=[0.3, 0.7])).dropna())


def test_silent_frames_give_no_event_and_no_error() -> None:
    post = RelativeThresholds(**VALUES, tag_threshold=0.5)
    assert not len(post.detect({"a": table({"dog": [0, 0], "cat": [0, 0]})}, tags(a=[1, 1])).dropna())


def test_tags_are_asked_for() -> None:
    post = RelativeThresholds(**VALUES, tag_threshold=0.5)
    with pytest.raises(UserError, match="RelativeThresholds needs clip probabilities as well; add --tags"):
        post.detect({"a": table({"dog": [0, 1], "cat": [0, 0]})}, None)


def test_batches_are_calibrated_clip_by_clip() -> None:
    post = RelativeThresholds(**VALUES, tag_threshold=0.5)
    probs = torch.tensor([[[0.2, 0.1], [0.3, 0.6]], [[0.5, 0.0], [0.1, 0.1]]])
    scores = post.calibrate(probs, torch.tensor([[0.9, 0.6], [0.9, 0.5]]), ["dog", "cat"])
    torch.testing.assert_close(scores, torch.tensor([[[1, 0.5], [0.5, 1]], [[1, 0], [0, 0]]]))
