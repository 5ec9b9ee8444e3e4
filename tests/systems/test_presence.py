"""Masks shared out by what is in the clip."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.errors import UserError
from wsed.prediction import Prediction
from wsed.systems.base import System
from wsed.systems.presence import share_by_presence

Describe = Callable[..., dict[str, Any]]
Predict = Callable[..., tuple[Prediction, Prediction]]
QUICK = settings(max_examples=60, deadline=None)


def drawn(seed: int, classes: int, total: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Masks whose sums reach `total`, and clip probabilities."""
    generator = torch.Generator().manual_seed(seed)
    masks = torch.rand(2, classes, 5, 4, generator=generator)
    masks = masks * total / masks.sum(1, keepdim=True).clamp_min(1)
    return masks.clamp(max=1), torch.rand(2, classes, generator=generator)


@QUICK
@given(
    seed=st.integers(0, 2**32), classes=st.integers(1, 5), total=st.floats(0.1, 3), power=st.floats(0.1, 8)
)  # fmt: skip
def test_it_is_the_formula_cell_by_cell(seed: int, classes: int, total: float, power: float) -> None:
    masks, probs = drawn(seed, classes, total)
    shared = share_by_presence(masks, probs, power)
    for clip in range(2):
        for time in range(5):
            for freq in range(4):
                cell = masks[clip, :, time, freq].double().tolist()
                weights = [mask * prob**power for mask, prob in zip(cell, probs[clip].double().tolist(), strict=True)]
                expected = [min(1, sum(cell) * weight / sum(weights)) for weight in weights]
                assert shared[clip, :, time, freq].tolist() == pytest.approx(expected, rel=1e-3, abs=1e-5)


@QUICK
@given(seed=st.integers(0, 2**32), prob=st.floats(1e-6, 1), power=st.floats(0, 16), total=st.floats(0.1, 3))
def test_equal_probabilities_leave_masks_as_they_are(seed: int, prob: float, power: float, total: float) -> None:
    masks, probs = drawn(seed, 3, total)
    torch.testing.assert_close(share_by_presence(masks, torch.full_like(probs, prob), power), masks)
    torch.testing.assert_close(share_by_presence(masks, probs, 0.0), masks)


@QUICK
@given(seed=st.integers(0, 2**32), power=st.floats(0.5, 16))
def test_a_class_that_is_not_there_gives_all_it_holds_to_those_that_are(seed: int, power: float) -> None:
    masks, probs = drawn(seed, 3, 0.9)
    probs[:, 0] = 0
    shared = share_by_presence(masks, probs, power)
    assert not shared[:, 0].any()
    torch.testing.assert_close(shared.sum(1), masks.sum(1))
    assert bool((shared[:, 1:] >= 0).all())


def test_a_clip_without_any_class_has_no_masks() -> None:
    masks, probs = drawn(0, 3, 0.9)
    assert not share_by_presence(masks, torch.zeros_like(probs), 4.0).any()


@pytest.mark.parametrize("background", ["residual", "own", "none"])
def test_a_system_shares_in_use_and_not_in_training(predict: Predict, background: str) -> None:
    plain, sharing = predict(background=background), predict(background=background, presence=4.0)
    before, after = plain[0], sharing[0]
    assert before.masks is not None
    assert after.masks is not None
    assert torch.equal(before.masks, after.masks)
    before, after = plain[1], sharing[1]
    assert before.masks is not None
    assert after.masks is not None
    assert torch.equal(before.clip_probs, after.clip_probs)
    torch.testing.assert_close(after.masks, share_by_presence(before.masks, before.clip_probs, 4.0))
    torch.testing.assert_close(after.frame_probs, after.masks.mean(3) * after.clip_probs[:, :, None])
    if background != "none":
        assert torch.equal(before.background_mask, after.background_mask)  # type: ignore[arg-type]  # not None here


def test_a_power_is_not_negative(describe: Describe) -> None:
    with pytest.raises(UserError, match="presence is -1"):
        System.from_description(describe(presence=-1.0))
