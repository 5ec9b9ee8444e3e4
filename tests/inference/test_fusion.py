"""Predictions at other frame rates, and their mean."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.data.batch import Batch
from wsed.errors import UserError
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.features.log_mel import LogMel
from wsed.inference.fusion import average, on_frames
from wsed.prediction import Event, Prediction

LABELS = ("bark", "bell")


@settings(max_examples=50, deadline=None)
@given(rate=st.integers(2, 60), other=st.integers(2, 60), seconds=st.integers(1, 3))
def test_a_frame_takes_the_value_that_holds_its_middle(rate: int, other: int, seconds: int) -> None:
    # Each frame has its own index as its value.
    probs = torch.arange(rate * seconds, dtype=torch.float32)[None]
    found = on_frames(probs, float(rate), float(other), other * seconds)
    for frame, value in enumerate(found[0].tolist()):
        # The middle of frame f is (2 f + 1) / (2 other) seconds, and the later of two frames begins there.
        assert value == (2 * frame + 1) * rate // (2 * other)


def test_frames_of_the_same_rate_stay_as_they_are() -> None:
    probs = torch.rand(2, 50, generator=torch.Generator().manual_seed(0))
    assert torch.equal(on_frames(probs, 31.25, 31.25, 50), probs)


def test_a_longer_result_repeats_the_last_frame() -> None:
    assert on_frames(torch.tensor([[1.0, 2.0]]), 1.0, 1.0, 4).tolist() == [[1, 2, 2, 2]]


def collected(offset: float, filename: str = "a.wav", labels: tuple[str, ...] = LABELS) -> PredictionCollector:
    """Predictions of one clip, whose probabilities all are `offset`."""
    features = LogMel(8000, "hann", 256, 80, 16, 0.0, 4000.0, 1e-8)
    collector = PredictionCollector(labels, features)
    batch = Batch(
        [filename],
        torch.zeros(1, 800),
        torch.tensor([[1.0, 0]]),
        torch.ones(1),
        [[Event(0.0, 0.1, "bark")]],
        [],
        has_strong=torch.ones(1, dtype=torch.bool),
    )
    collector.update(batch, Prediction(torch.full((1, 2), offset), torch.full((1, 2, 11), offset)))
    return collector


def test_the_mean_weighs_every_pass_alike() -> None:
    passes = [collected(value) for value in (0.1, 0.2, 0.6)]
    fused = average(passes, [Path("one"), Path("two"), Path("three")])
    torch.testing.assert_close(fused.clip_probs[0], torch.full((2,), 0.3))
    torch.testing.assert_close(fused.frame_probs[0], torch.full((2, 11), 0.3))
    assert fused.reference().equals(passes[0].reference())


def test_passes_over_other_clips_or_classes_are_refused() -> None:
    with pytest.raises(UserError, match="two: was tested on other clips than one"):
        average([collected(0.1), collected(0.1, "b.wav")], [Path("one"), Path("two")])
    with pytest.raises(UserError, match="two: knows other classes than one"):
        average([collected(0.1), collected(0.1, labels=("bark", "cry"))], [Path("one"), Path("two")])
