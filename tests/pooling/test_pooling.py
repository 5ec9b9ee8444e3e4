"""Limits and bounds of the poolings."""

import pytest
import torch

from wsed.pooling.gap import GlobalAveragePooling
from wsed.pooling.gmp import GlobalMaxPooling
from wsed.pooling.gwrp import GlobalWeightedRankPooling


def cells() -> torch.Tensor:
    return torch.rand(2, 3, 7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_gwrp_at_decay_0_is_the_maximum() -> None:
    assert torch.equal(GlobalWeightedRankPooling(0.0)(cells()), GlobalMaxPooling()(cells()))


def test_gwrp_at_decay_1_is_the_mean() -> None:
    torch.testing.assert_close(GlobalWeightedRankPooling(1.0)(cells()), GlobalAveragePooling()(cells()))


@pytest.mark.parametrize("pooling", [GlobalMaxPooling(), GlobalAveragePooling(), GlobalWeightedRankPooling(0.9)])
def test_gradients_agree_with_finite_differences(pooling: torch.nn.Module) -> None:
    assert torch.autograd.gradcheck(pooling, cells().requires_grad_())


@pytest.mark.parametrize("pooling", [GlobalMaxPooling(), GlobalAveragePooling(), GlobalWeightedRankPooling(0.9)])
def test_padding_under_the_mask_changes_nothing(pooling: torch.nn.Module) -> None:
    probs = cells()
    valid = torch.tensor([[True] * 5 + [False] * 2] * 2)
    torch.testing.assert_close(pooling(probs, valid=valid), pooling(probs[:, :, :5]))
