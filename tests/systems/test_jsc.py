"""Joint separation-classification: its size, its masks and what they separate."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from wsed.networks.vgg import Vgg
from wsed.prediction import Prediction, Target
from wsed.separation.masking import separate
from wsed.systems.base import System
from wsed.systems.jsc import Jsc

Describe = Callable[..., dict[str, Any]]


def waveform(clips: int = 2) -> torch.Tensor:
    return 0.1 * torch.randn(clips, 4000, generator=torch.Generator().manual_seed(0))


def built(description: dict[str, Any], logit: float = 0.0) -> Jsc:
    """A system in evaluation, whose masks lie around the sigmoid of `logit`."""
    torch.manual_seed(0)
    system = System.from_description(description).eval()
    assert isinstance(system, Jsc)
    torch.nn.init.constant_(system.head.bias, logit)  # type: ignore[arg-type]  # this head has a bias
    return system.requires_grad_(False)


def test_kong_2018_with_three_classes_has_260355_parameters(describe: Describe) -> None:
    system = System.from_description(describe((64, 64, 64, 64)))
    assert sum(parameter.numel() for parameter in system.parameters()) == 260_355


def test_the_network_sets_the_initial_weights_of_the_masks(describe: Describe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Vgg, "initialise", lambda network, layer: torch.nn.init.constant_(layer.weight, 0.25))
    system = System.from_description(describe())
    assert isinstance(system, Jsc)
    assert torch.equal(system.head.weight, torch.full((3, 4, 1, 1), 0.25))


def test_frame_probabilities_are_masks_averaged_over_frequency(describe: Describe) -> None:
    prediction = built(describe())(waveform())
    assert prediction.masks is not None
    assert prediction.masks.shape == (2, 3, (4000 - 256) // 132 + 1, 16)
    assert float(prediction.masks.min()) > 0
    assert float(prediction.masks.max()) < 1
    torch.testing.assert_close(prediction.frame_probs, prediction.masks.mean(3))


def test_clip_probabilities_are_masks_pooled_by_rank(describe: Describe) -> None:
    prediction = built(describe(), logit=-3.0)(waveform())
    assert prediction.masks is not None
    assert prediction.background_mask is not None
    assert prediction.background_probs is not None
    masks = torch.cat([prediction.masks, prediction.background_mask[:, None]], 1)
    cells = masks.flatten(2).double().sort(2, descending=True).values
    weights = 0.99 ** torch.arange(cells.shape[2], dtype=torch.float64)
    expected = ((cells * weights).sum(2) / weights.sum()).float()
    torch.testing.assert_close(prediction.clip_probs, expected[:, :3])
    torch.testing.assert_close(prediction.background_probs, expected[:, 3])


def test_the_background_is_what_the_classes_leave(describe: Describe) -> None:
    prediction = built(describe(), logit=-3.0)(waveform())
    assert prediction.masks is not None
    assert prediction.background_mask is not None
    assert float(prediction.masks.sum(1).max()) < 1
    whole = prediction.masks.sum(1) + prediction.background_mask
    torch.testing.assert_close(whole, torch.ones_like(whole))


def test_nothing_is_left_of_a_cell_that_the_classes_claim_twice(describe: Describe) -> None:
    prediction = built(describe(), logit=3.0)(waveform())
    assert prediction.background_mask is not None
    assert 0 <= float(prediction.background_mask.min()) <= float(prediction.background_mask.max()) < 1e-6


def test_sources_add_up_to_the_mixture(describe: Describe) -> None:
    for background in ("residual", "none"):
        system = built(describe(background=background), logit=-3.0)
        separated = system.separate(waveform(), system(waveform()))
        assert separated is not None
        classes, rest = separated
        ones = torch.ones(2, 1, system.features.frames(4000), 16)
        whole = separate(system.features.mel, waveform(), ones)[:, 0]
        torch.testing.assert_close(classes.sum(1) + rest, whole, atol=1e-5, rtol=0)
        # Every bin but the lowest and the highest belongs to a band.
        assert float((whole - waveform()).square().sum() / waveform().square().sum()) < 0.05


def test_a_background_of_its_own_and_the_classes_have_shares_of_a_cell(describe: Describe) -> None:
    system = built(describe(background="own"))

    def shares(logit: float) -> tuple[Prediction, torch.Tensor]:
        system.head.bias.data[3] = logit  # type: ignore[index, operator, union-attr]  # a tensor
        prediction = system(waveform())
        assert prediction.masks is not None
        assert prediction.background_mask is not None
        return prediction, torch.cat([prediction.masks, prediction.background_mask[:, None]], 1)

    prediction, before = shares(0.0)
    drawn = torch.sigmoid(system.head(system.network(system.features(waveform()))))
    torch.testing.assert_close(before, drawn / drawn.sum(1, keepdim=True))
    torch.testing.assert_close(before.sum(1), torch.ones_like(before[:, 0]))
    assert prediction.clip_probs.shape[1] == prediction.frame_probs.shape[1] == 3
    louder, after = shares(0.7)
    assert (after[:, 3] > before[:, 3]).all()
    assert (after[:, :3] < before[:, :3]).all()
    assert prediction.background_probs is not None
    assert louder.background_probs is not None
    assert (louder.background_probs > prediction.background_probs).all()


def test_a_system_without_a_background_does_not_model_it(describe: Describe) -> None:
    prediction = built(describe(background="none"))(waveform())
    assert prediction.background_probs is None
    assert prediction.background_mask is None


def test_a_system_without_masks_does_not_separate(describe: Describe) -> None:
    prediction = Prediction(torch.zeros(2, 3), torch.zeros(2, 3, 5))
    assert built(describe()).separate(waveform(), prediction) is None


def test_training_reaches_every_weight(describe: Describe) -> None:
    system = built(describe((4, 4)), logit=-3.0).train().requires_grad_()
    target = Target(torch.tensor([[1.0, 0, 0], [0, 0, 1.0]]), torch.tensor([1.0, 0.0]))
    loss, _ = system.loss(system(waveform()), target)
    loss.backward()
    for name, parameter in system.named_parameters():
        assert parameter.grad is not None, name
        # A bias before batch norm is subtracted with the mean.
        if not (name.startswith("network") and name.endswith("bias")):
            assert parameter.grad.any(), name
