"""The clip loss against its formula."""

import math

import pytest
import torch

from wsed.errors import UserError
from wsed.losses.clip_bce import ClipBce
from wsed.prediction import Prediction, Target


def of(probs: list[list[float]], background: list[float] | None = None) -> Prediction:
    """A prediction of clips; nothing but clip probabilities matters here."""
    clip_probs = torch.tensor(probs)
    rest = None if background is None else torch.tensor(background)
    return Prediction(clip_probs, torch.zeros(*clip_probs.shape, 1), background_probs=rest)


TARGET = Target(weak=torch.tensor([[1.0, 0.0], [0.0, 0.0]]), background=torch.tensor([0.0, 1.0]))
"""The first clip holds the first class alone, the second the background alone."""


def test_mean_over_clips_and_classes() -> None:
    expected = -(math.log(0.9) + math.log(1 - 0.2) + math.log(1 - 0.3) + math.log(1 - 0.4)) / 4
    loss = ClipBce(1e-7)(of([[0.9, 0.2], [0.3, 0.4]]), TARGET)
    assert float(loss) == pytest.approx(expected, rel=1e-6)


def test_the_background_is_one_more_class() -> None:
    classes = math.log(0.9) + math.log(1 - 0.2) + math.log(1 - 0.3) + math.log(1 - 0.4)
    background = math.log(1 - 0.25) + math.log(0.6)
    loss = ClipBce(1e-7)(of([[0.9, 0.2], [0.3, 0.4]], [0.25, 0.6]), TARGET)
    assert float(loss) == pytest.approx(-(classes + background) / 6, rel=1e-6)


@pytest.mark.parametrize("background", [None, [0.25, 0.6]])
def test_classes_can_weigh_more_and_the_background_has_one(background: list[float] | None) -> None:
    of_first, of_second = math.log(0.9) + math.log(1 - 0.3), math.log(1 - 0.2) + math.log(1 - 0.4)
    of_rest = 0.0 if background is None else math.log(1 - 0.25) + math.log(0.6)
    loss = ClipBce(1e-7, [3.0, 0.5])(of([[0.9, 0.2], [0.3, 0.4]], background), TARGET)
    assert float(loss) == pytest.approx(-(3 * of_first + 0.5 * of_second + of_rest) / (4 if background is None else 6))


@pytest.mark.parametrize("background", [None, [0.25, 0.6]])
def test_sum_over_classes_and_mean_over_clips(background: list[float] | None) -> None:
    prediction = of([[0.9, 0.2], [0.3, 0.4]], background)
    of_rest = 0.0 if background is None else math.log(1 - 0.25) + math.log(0.6)
    expected = math.log(0.9) + math.log(1 - 0.2) + math.log(1 - 0.3) + math.log(1 - 0.4) + of_rest
    assert float(ClipBce(1e-7, over_classes="sum")(prediction, TARGET)) == pytest.approx(-expected / 2, rel=1e-6)


def test_weights_that_do_not_fit() -> None:
    with pytest.raises(UserError, match="each is 0 or more"):
        ClipBce(1e-7, [1.0, -1.0])
    with pytest.raises(UserError, match="has 1 weights for 2 classes"):
        ClipBce(1e-7, [1.0])(of([[0.9, 0.2], [0.3, 0.4]]), TARGET)


@pytest.mark.parametrize("margin", [1e-2, 1e-4, 1e-7])
def test_a_wrong_certainty_costs_what_the_margin_says(margin: float) -> None:
    loss = ClipBce(margin)(of([[0.0, 1.0], [1.0, 1.0]]), TARGET)
    # float32 has 1 - 1.2e-7 below 1, so that the largest margin short of 1 is off by a fifth of 1e-7.
    assert float(loss) == pytest.approx(-math.log(margin), rel=0.02)


def test_the_gradient_is_that_of_the_formula() -> None:
    probs = torch.tensor([[0.9, 0.2], [0.3, 0.4]], requires_grad=True)
    ClipBce(1e-7)(Prediction(probs, torch.zeros(2, 2, 1)), TARGET).backward()
    expected = torch.tensor([[-1 / 0.9, 1 / 0.8], [1 / 0.7, 1 / 0.6]]) / 4
    assert probs.grad is not None
    torch.testing.assert_close(probs.grad, expected)
