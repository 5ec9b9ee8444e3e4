"""Frame targets and scores against naive loops."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.metrics.frame_based import frame_ranking, touched_frames
from wsed.prediction import Event, frame_targets

RATE = 16000 / 528


def naive_eer(scores: np.ndarray, active: np.ndarray) -> float:
    """Where the rates of false alarms and misses are closest, over every threshold."""
    rates = []
    for threshold in np.unique(scores):
        said = scores >= threshold
        rates.append(((said & ~active).sum() / (~active).sum(), (~said & active).sum() / active.sum()))
    alarms, misses = min(rates, key=lambda pair: abs(pair[0] - pair[1]))
    return float((alarms + misses) / 2)


def naive_average_precision(scores: np.ndarray, active: np.ndarray) -> float:
    order = np.argsort(-scores)
    hits = active[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def test_scores_agree_with_naive_ones() -> None:
    rng = np.random.default_rng(1)
    active = rng.uniform(size=(2, 400)) < 0.3
    scores = (rng.normal(size=(2, 400)) + 1.5 * active).astype(np.float32)
    probs = torch.sigmoid(torch.from_numpy(scores))
    found = frame_ranking(["a", "b"], [probs], [torch.from_numpy(active).float()]).scores("frame")
    for index, label in enumerate("ab"):
        values = probs[index].numpy()
        assert found[f"frame/class/{label}/eer"] == pytest.approx(naive_eer(values, active[index]), abs=0.005)
        assert found[f"frame/class/{label}/ap"] == pytest.approx(
            naive_average_precision(values, active[index]), abs=1e-4
        )
    assert found["frame/eer"] == pytest.approx((found["frame/class/a/eer"] + found["frame/class/b/eer"]) / 2)


def test_a_class_that_never_sounds_has_no_score() -> None:
    probs = torch.rand(2, 50, generator=torch.Generator().manual_seed(0))
    strong = torch.zeros(2, 50)
    strong[0, :10] = 1
    found = frame_ranking(["a", "b"], [probs], [strong]).scores("frame")
    assert "frame/class/b/ap" not in found
    assert found["frame/map"] == found["frame/class/a/ap"]


@settings(max_examples=50, deadline=None)
@given(onset=st.integers(0, 3900), duration=st.integers(20, 4000), last_frame=st.booleans())
def test_frames_of_any_times_are_touched_alike(onset: int, duration: int, last_frame: bool) -> None:
    event = Event(onset / 1000, min(onset + duration, 4000) / 1000, "b")
    edges = np.arange(121) / RATE
    expected = frame_targets([event], ["a", "b"], 120, RATE, last_frame)
    found = touched_frames([event], ["a", "b"], edges[:-1], edges[1:], last_frame)
    assert torch.equal(found, expected)
