"""Masks raised to a power."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wsed.errors import UserError
from wsed.prediction import Prediction
from wsed.systems.base import System
from wsed.systems.sharpening import sharpen

Describe = Callable[..., dict[str, Any]]
Predict = Callable[..., tuple[Prediction, Prediction]]
QUICK = settings(max_examples=60, deadline=None)
SHAPE = (2, 3, 5, 4)


def drawn(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Three masks and a background mask, whose sum in a cell is anything from 0 to 4."""
    generator = torch.Generator().manual_seed(seed)
    everything = torch.rand(2, 4, 5, 4, generator=generator) ** 3
    return everything[:, :3], everything[:, 3]


@QUICK
@given(
    seed=st.integers(0, 2**32), power=st.floats(0.1, 8), weight=st.floats(0.1, 8), given_background=st.booleans()
)  # fmt: skip
def test_it_is_the_formula_cell_by_cell(seed: int, power: float, weight: float, given_background: bool) -> None:
    masks, background = drawn(seed)
    rest = background if given_background else (1 - masks.sum(1)).clamp(0, 1)
    sharp, sharp_background = sharpen(masks, background if given_background else None, power, weight)
    assert sharp.shape == SHAPE
    assert (sharp_background is None) == (not given_background)
    for clip in range(2):
        for time in range(5):
            for freq in range(4):
                cell = [*masks[clip, :, time, freq].double().tolist(), rest[clip, time, freq].item()]
                weights = [mask**power for mask in (*cell[:3], weight * cell[3])]
                expected = [min(1, sum(cell) * weight / sum(weights)) for weight in weights]
                found = sharp[clip, :, time, freq].tolist()
                if sharp_background is not None:
                    found.append(sharp_background[clip, time, freq].item())
                assert found == pytest.approx(expected[: len(found)], rel=1e-3, abs=1e-5)


@QUICK
@given(seed=st.integers(0, 2**32))
def test_shares_of_magnitude_become_shares_of_energy(seed: int) -> None:
    magnitudes = torch.rand(2, 4, 5, 4, generator=torch.Generator().manual_seed(seed)).double() + 1e-3
    shares = magnitudes / magnitudes.sum(1, keepdim=True)
    masks, background = sharpen(shares[:, :3], shares[:, 3], 2.0)
    wiener = magnitudes**2 / (magnitudes**2).sum(1, keepdim=True)
    torch.testing.assert_close(masks, wiener[:, :3])
    torch.testing.assert_close(background, wiener[:, 3])


def test_a_large_power_gives_a_cell_to_its_largest_mask() -> None:
    masks = torch.tensor([0.5, 0.3, 0.0]).view(1, 3, 1, 1)
    assert sharpen(masks, None, 200.0)[0].flatten().tolist() == pytest.approx([1, 0, 0])
    # Here the background is the largest.
    assert sharpen(0.5 * masks, None, 200.0)[0].flatten().tolist() == pytest.approx([0, 0, 0])


@pytest.mark.parametrize("background", [None, torch.zeros(1, 1, 1)])
def test_masks_of_0_stay_0(background: torch.Tensor | None) -> None:
    assert not sharpen(torch.zeros(1, 3, 1, 1), background, 3.0)[0].any()


@pytest.mark.parametrize("background", ["residual", "own", "none"])
@pytest.mark.parametrize("presence", [0.0, 4.0])
def test_a_system_sharpens_in_use_and_not_in_training(predict: Predict, background: str, presence: float) -> None:
    plain = predict(background=background, presence=presence)
    sharp = predict(background=background, presence=presence, sharpness=2.0, background_weight=3.0)
    before, after = plain[0], sharp[0]
    assert before.masks is not None
    assert after.masks is not None
    assert torch.equal(before.masks, after.masks)
    before, after = plain[1], sharp[1]
    assert before.masks is not None
    assert after.masks is not None
    masks, rest = sharpen(before.masks, before.background_mask, 2.0, 3.0)
    torch.testing.assert_close(after.masks, masks)
    assert (after.background_mask is None) == (background == "none")
    if rest is not None:
        torch.testing.assert_close(after.background_mask, rest)
    assert torch.equal(after.clip_probs, before.clip_probs)
    presences = after.clip_probs[:, :, None] if presence else 1
    torch.testing.assert_close(after.frame_probs, after.masks.mean(3) * presences)


@pytest.mark.parametrize("name", ["sharpness", "background_weight"])
def test_powers_and_weights_are_above_0(describe: Describe, name: str) -> None:
    with pytest.raises(UserError, match=f"{name} is 0"):
        System.from_description(describe(**{name: 0.0}))
