import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsed.errors import UserError
from wsed.postprocessing.change_points import ChangePoints, boxes, joined_boxes


def plateaus(*parts: tuple[int, float]) -> np.ndarray:
    return np.concatenate([np.full(frames, level) for frames, level in parts])


def test_events_begin_at_the_steepest_rise_and_end_at_the_steepest_fall_whatever_the_threshold() -> None:
    ramps = np.concatenate(
        [np.zeros(20), np.linspace(0, 0.2, 10), np.full(30, 1.0), np.linspace(0.3, 0, 8), np.zeros(9)]
    )
    times = np.arange(len(ramps) + 1) / 10
    table = pd.DataFrame({"onset": times[:-1], "offset": times[1:], "dog": ramps})
    tags = pd.DataFrame({"filename": ["a"], "dog": [0.9]})
    for threshold in (0.1, 0.5, 0.9):
        events = ChangePoints(threshold, 0.4, 0.1, 0.5, 0.5).detect({"a": table}, tags)
        assert events.to_dict("records") == [
            {"filename": "a", "onset": pytest.approx(3.0), "offset": pytest.approx(6.0), "event_label": "dog"}
        ]
    assert ChangePoints(1.0, 0.4, 0.1, 0.5, 0.5).detect({"a": table}, tags)["onset"].isna().all()
    absent = ChangePoints(0.1, 0.4, 0.1, 0.95, 0.95).detect({"a": table}, tags)
    assert absent["onset"].isna().all()


@given(
    st.lists(st.tuples(st.integers(4, 20), st.integers(4, 20), st.floats(0.1, 1)), min_size=1, max_size=6),
    st.integers(1, 4),
)
def test_plateaus_longer_than_the_step_are_found_exactly(parts: list[tuple[int, int, float]], half: int) -> None:
    scores, expected, place = [], [], 0
    for silence, sound, level in parts:
        scores += [(silence, 0.0), (sound, level)]
        expected.append((place + silence, place + silence + sound))
        place += silence + sound
    assert boxes(plateaus(*scores), half) == expected


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(1, 8))
def test_boxes_do_not_overlap_and_lie_at_local_extremes_of_the_change(values: list[float], half: int) -> None:
    scores = np.array(values)
    padded = np.pad(scores, half)
    change = [
        padded[point + half : point + 2 * half].mean() - padded[point : point + half].mean()
        for point in range(len(scores) + 1)
    ]
    found = boxes(scores, half)
    assert all(0 <= start < end <= len(scores) for start, end in found)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))
    for start, end in found:
        assert change[start] > 0
        assert change[end] < 0


def test_shallow_gaps_are_closed_and_deep_ones_are_not() -> None:
    scores = plateaus((5, 0), (10, 1), (4, 0.8), (10, 0.9), (6, 0.2), (10, 1), (5, 0))
    found = boxes(scores, 2)
    assert len(found) == 3
    assert joined_boxes(scores, found, 0.05) == found
    assert joined_boxes(scores, found, 0.3) == [(5, 29), (35, 45)]
    assert joined_boxes(scores, found, 1.0) == [(5, 45)]


def test_values_by_class_are_for_these_classes() -> None:
    post = ChangePoints({"dog": 0.5}, 0.4, 0.1, 0.5, 0.5)
    post.check_labels(["dog"])
    with pytest.raises(UserError, match=r"postprocessing\.threshold"):
        post.check_labels(["cat"])
