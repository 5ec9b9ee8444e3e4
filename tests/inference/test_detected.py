"""What the events of a recording may be."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from wsed.inference.detected import Detected, DetectedEvent

GOOD = {"onset": [0.0, 1.0], "offset": [1.0, 2.0], "event_label": ["Dog", "Dog"], "score": [0.5, 1.0]}


def build(**columns: Any) -> Detected:
    return Detected("a.wav", pd.DataFrame(GOOD | columns), ("Dog", "Cat"), 2.0, 16_000)


def test_rows_are_plain_numbers() -> None:
    scores = np.array([0.5, 1.0], dtype=np.float32)
    rows = list(build(score=scores, channel=[1.0, 2.0]).rows())
    assert rows == [DetectedEvent(0.0, 1.0, "Dog", 0.5, 1), DetectedEvent(1.0, 2.0, "Dog", 1.0, 2)]
    assert [type(value) for value in rows[0]] == [float, float, str, float, int]
    assert [row.channel for row in build().rows()] == [None, None]


def test_a_table_without_rows_has_no_events() -> None:
    empty = pd.DataFrame(columns=["onset", "offset", "event_label", "score", "channel"])
    assert not list(Detected("a.wav", empty, ("Dog",), 2.0, 16_000).rows())


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"onset": [-0.1, 1.0]}, "event 0 has times"),
        ({"onset": [0.0, 2.0]}, "event 1 has times"),
        ({"offset": [1.0, 1.0 + 1e-7]}, "event 1 has times"),
        ({"offset": [1.0, 2.1]}, "event 1 has times"),
        ({"offset": [1.0, np.nan]}, "event 1 has times"),
        ({"score": [0.5, 1.1]}, "scores"),
        ({"score": [0.5, np.nan]}, "scores"),
        ({"event_label": ["Dog", "Owl"]}, "'Owl', which is not among the labels"),
        ({"onset": [0.0, 0.9]}, "overlap"),
        ({"channel": [1, 0]}, "channels"),
        ({"channel": [1, 1.5]}, "channels"),
    ],
)
def test_impossible_events_are_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**columns)


def test_events_of_other_classes_and_channels_may_overlap() -> None:
    build(onset=[0.0, 0.5], event_label=["Dog", "Cat"])
    build(onset=[0.0, 0.5], channel=[1, 2])


def test_missing_columns_and_recordings_without_length_are_refused() -> None:
    with pytest.raises(ValueError, match="no column score"):
        Detected("a.wav", pd.DataFrame(GOOD).drop(columns="score"), ("Dog",), 2.0, 16_000)
    with pytest.raises(ValueError, match="the duration is 0"):
        Detected("a.wav", pd.DataFrame(GOOD)[:0], ("Dog",), 0.0, 16_000)
