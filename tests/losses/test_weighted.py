"""The weighted sum of loss terms."""

import pytest
import torch
from torch import Tensor, nn

from wsed.errors import UserError
from wsed.losses.weighted import WeightedLoss
from wsed.prediction import Prediction, Target


class Power(nn.Module):
    """The mean of clip probabilities to a power."""

    def __init__(self, power: int) -> None:
        super().__init__()
        self.power = power

    def forward(self, prediction: Prediction, target: Target) -> Tensor:
        return prediction.clip_probs.pow(self.power).mean()


TERMS: dict[str, nn.Module] = {"first": Power(1), "second": Power(2)}
TARGET = Target(torch.zeros(1, 2), torch.zeros(1))


def of(probs: Tensor) -> Prediction:
    return Prediction(probs, probs[..., None])


def test_the_sum_and_its_parts() -> None:
    total, parts = WeightedLoss(TERMS, {"first": 2.0, "second": 0.5})(of(torch.tensor([[0.2, 0.6]])), TARGET)
    found = {name: round(float(value), 6) for name, value in parts.items()}
    expected = {"first": 0.4, "second": 0.2, "first_weighted": 0.8, "second_weighted": 0.1, "loss": 0.9}
    assert found == expected
    assert float(total) == pytest.approx(0.9)


def test_a_term_of_weight_0_is_logged_and_changes_nothing() -> None:
    probs = torch.tensor([[0.2, 0.6]], requires_grad=True)
    total, parts = WeightedLoss(TERMS, {"first": 1, "second": 0})(of(probs), TARGET)
    assert float(parts["second"].detach()) == pytest.approx(0.2)
    assert float(parts["second_weighted"].detach()) == 0
    total.backward()
    assert probs.grad is not None
    torch.testing.assert_close(probs.grad, torch.full((1, 2), 0.5))


def test_terms_with_weights_of_their_own_are_trained() -> None:
    loss = WeightedLoss({"learned": nn.Linear(2, 3)}, {"learned": 1})
    assert sum(parameter.numel() for parameter in loss.parameters()) == 9


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"first": 1}, "loss.weights.second: is missing"),
        ({"first": 1, "second": 1, "third": 1}, "loss.weights.third: there is no such term; the terms are first, sec"),
        ({"first": 1, "second": -0.5}, "loss.weights.second: is -0.5"),
        ({"first": 0, "second": 0.0}, "loss.weights: are all 0"),
    ],
)
def test_weights_that_do_not_fit(weights: dict[str, float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        WeightedLoss(TERMS, weights)
