"""Strong labels per frame against a naive loop, and what a target makes of events."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.prediction import Event, Target, frame_targets

RATE = 16000 / 528


@settings(max_examples=50, deadline=None)
@given(onset=st.floats(0, 3.9), duration=st.floats(0.02, 4))
def test_frame_targets_are_the_frames_an_event_touches(onset: float, duration: float) -> None:
    offset = min(onset + duration, 4.0)
    target = frame_targets([Event(onset, offset, "b")], ["a", "b"], 120, RATE)
    for frame in range(120):
        touched = frame / RATE <= offset and (frame + 1) / RATE > onset
        assert bool(target[1, frame]) == touched
    assert not target[0].any()


@settings(max_examples=50, deadline=None)
@given(onset=st.floats(0, 3.9), duration=st.floats(0.02, 4))
def test_kong_2018_leaves_out_the_frame_in_which_an_event_ends(onset: float, duration: float) -> None:
    # As in its code: `target[int(onset * 16000 / 528) : int(offset * 16000 / 528)] = 1`.
    offset = min(onset + duration, 4.0)
    expected = torch.zeros(120)
    expected[int(onset * 16000 / 528) : int(offset * 16000 / 528)] = 1
    assert torch.equal(frame_targets([Event(onset, offset, "a")], ["a"], 120, RATE, last_frame=False)[0], expected)


def test_a_target_makes_strong_labels_of_its_events() -> None:
    events = [[Event(0.0, 0.45, "a"), Event(0.7, 0.9, "b")], []]
    target = Target(
        weak=torch.tensor([[1.0, 1.0], [0.0, 1.0]]), background=torch.ones(2), events=events,
        has_strong=torch.tensor([True, False]), labels=["a", "b"], frames=10, frames_per_second=10.0,
    )  # fmt: skip
    assert target.strong.shape == (2, 2, 10)
    assert target.strong.dtype == target.weak.dtype
    assert target.strong[0, 0].nonzero().flatten().tolist() == [0, 1, 2, 3, 4]
    assert target.strong[0, 1].nonzero().flatten().tolist() == [7, 8, 9]
    assert not target.strong[1].any()
    assert target.strong is target.strong
