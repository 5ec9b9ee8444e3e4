"""Post-processing against a slow version that goes frame by frame."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.postprocessing.thresholds import Thresholds, odd_frames

HOP = 0.1
NONE = Thresholds(threshold=0.5, hysteresis=1.0, median=0.0, gap=0.0, minimum_duration=0.0, tag_threshold=0.5)


def table(scores: list[float], label: str = "bell") -> pd.DataFrame:
    edges = np.arange(len(scores) + 1) * HOP
    return pd.DataFrame({"onset": edges[:-1], "offset": edges[1:], label: scores})


def found(post: Thresholds, scores: list[float]) -> list[tuple[int, int]]:
    """First frame, and the frame after the last, of each event."""
    events = post.events({"a.wav": table(scores)}).dropna()
    return [(round(on / HOP), round(off / HOP)) for on, off in zip(events["onset"], events["offset"], strict=True)]


def slow(post: Thresholds, scores: list[float]) -> list[tuple[int, int]]:
    half = odd_frames(post.median, HOP) // 2  # type: ignore[arg-type]  # one value for all classes
    if half:
        mirrored = scores[::-1] + scores + scores[::-1]
        middle = range(len(scores), 2 * len(scores))
        scores = [float(np.median(mirrored[place - half : place + half + 1])) for place in middle]
    high = post.threshold
    low = high * post.hysteresis  # type: ignore[operator]
    events: list[list[int]] = []
    for start in range(len(scores)):
        if scores[start] > low and (start == 0 or scores[start - 1] <= low):
            end = start
            while end < len(scores) and scores[end] > low:
                end += 1
            if max(scores[start:end]) > high:  # type: ignore[operator]
                if events and post.gap and start - events[-1][1] <= round(post.gap / HOP, 6):  # type: ignore[operator]
                    events[-1][1] = end
                else:
                    events.append([start, end])
    return [(on, off) for on, off in events if off - on >= round(post.minimum_duration / HOP, 6)]  # type: ignore[operator]


@settings(max_examples=200, deadline=None)
@given(
    scores=st.lists(st.integers(0, 10), min_size=20, max_size=40),
    threshold=st.integers(0, 10),
    hysteresis=st.sampled_from([0.25, 0.5, 1.0]),
    median=st.sampled_from([0.0, 0.1, 0.3, 0.5]),
    gap=st.sampled_from([0.0, 0.1, 0.3]),
    minimum=st.sampled_from([0.0, 0.2, 0.4]),
)
def test_it_agrees_with_the_slow_version(
    scores: list[int], threshold: int, hysteresis: float, median: float, gap: float, minimum: float
) -> None:
    post = Thresholds(threshold / 10, hysteresis, median, gap, minimum, 0.5)
    values = [score / 10 for score in scores]
    assert found(post, values) == slow(post, values)


def test_each_step_does_what_it_says() -> None:
    scores = [0.1, 0.9, 0.1, 0.4, 0.9, 0.4, 0.1, 0.1, 0.9, 0.9, 0.1]
    variants = {
        (): [(1, 2), (4, 5), (8, 10)],
        ("hysteresis", 0.5): [(1, 2), (3, 6), (8, 10)],
        ("median", 0.3): [(8, 10)],
        ("gap", 0.2): [(1, 5), (8, 10)],
        ("minimum_duration", 0.2): [(8, 10)],
    }
    for change, expected in variants.items():
        post = Thresholds(**{**vars(NONE), **(dict([change]) if change else {})})
        assert found(post, scores) == expected, change


def test_classes_have_values_of_their_own() -> None:
    scores = table([0.1, 0.6, 0.1]).assign(dog=[0.1, 0.6, 0.1])
    post = Thresholds(**{**vars(NONE), "threshold": {"bell": 0.5, "dog": 0.7}})
    assert list(post.events({"a.wav": scores})["event_label"]) == ["bell"]


def test_a_clip_without_events_keeps_its_name() -> None:
    events = NONE.events({"a.wav": table([0.1, 0.2]), "b.wav": table([0.9, 0.2])})
    assert list(events["filename"]) == ["a.wav", "b.wav"]
    assert list(events["event_label"].isna()) == [True, False]


@pytest.mark.parametrize(("seconds", "frames"), [(0.0, 1), (0.04, 1), (0.1, 1), (0.21, 3), (0.3, 3), (0.5, 5)])
def test_a_median_has_an_odd_number_of_frames(seconds: float, frames: int) -> None:
    assert odd_frames(seconds, HOP) == frames
