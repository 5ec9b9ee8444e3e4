"""Focal and strong loss against plain cross-entropy."""

import pytest
import torch
from torch.nn import functional

from wsed.losses.clip_bce import ClipBce
from wsed.losses.focal_bce import FocalBce
from wsed.losses.strong_bce import StrongBce
from wsed.prediction import Prediction, Target

GENERATOR = torch.Generator().manual_seed(0)
FRAMES = torch.rand(3, 2, 7, generator=GENERATOR)
PREDICTION = Prediction(torch.rand(3, 2, generator=GENERATOR), FRAMES)
TARGET = Target(torch.tensor([[1.0, 0], [0, 1], [1, 1]]), torch.zeros(3))


def test_the_strong_loss_tells_every_frame_the_tags() -> None:
    expected = torch.stack([functional.binary_cross_entropy(FRAMES[:, :, frame], TARGET.weak) for frame in range(7)])
    torch.testing.assert_close(StrongBce(1e-7)(PREDICTION, TARGET), expected.mean())


def test_focal_loss_without_focus_is_cross_entropy() -> None:
    modelled = Prediction(PREDICTION.clip_probs, FRAMES, background_probs=torch.tensor([0.2, 0.5, 0.9]))
    for prediction in (PREDICTION, modelled):
        torch.testing.assert_close(FocalBce(0.0, 1e-7)(prediction, TARGET), ClipBce(1e-7)(prediction, TARGET))


def test_focal_loss_of_one_tag() -> None:
    one = Prediction(torch.tensor([[0.8]]), torch.zeros(1, 1, 1))
    target = Target(torch.ones(1, 1), torch.zeros(1))
    expected = -(0.2**2) * torch.tensor(0.8).log()
    torch.testing.assert_close(FocalBce(2.0, 1e-7)(one, target), expected)


def test_certainty_costs_a_finite_amount() -> None:
    wrong = Prediction(torch.tensor([[0.0, 1.0]]), torch.tensor([[[0.0], [1.0]]]))
    target = Target(torch.tensor([[1.0, 0.0]]), torch.zeros(1))
    for loss in (FocalBce(2.0, 1e-7), StrongBce(1e-7)):
        assert loss(wrong, target).isfinite()


def test_focus_is_not_negative() -> None:
    with pytest.raises(ValueError, match="it must be 0 or more"):
        FocalBce(-1.0, 1e-7)


def test_not_a_number_gives_not_a_number_and_no_error() -> None:
    lost = Prediction(torch.tensor([[torch.nan, 0.5]]), torch.tensor([[[torch.nan], [0.5]]]))
    target = Target(torch.tensor([[1.0, 0.0]]), torch.zeros(1))
    for loss in (FocalBce(2.0, 1e-7), ClipBce(1e-7), StrongBce(1e-7)):
        assert loss(lost, target).isnan()


def test_the_gradient_is_that_of_pytorch() -> None:
    probs = PREDICTION.clip_probs.clone().requires_grad_()
    ClipBce(1e-7)(Prediction(probs, FRAMES), TARGET).backward()
    other = PREDICTION.clip_probs.clone().requires_grad_()
    functional.binary_cross_entropy(other.clamp(1e-7, 1 - 1e-7), TARGET.weak).backward()
    assert probs.grad is not None
    assert other.grad is not None
    assert torch.equal(probs.grad, other.grad)
