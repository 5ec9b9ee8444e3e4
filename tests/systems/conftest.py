"""A system small enough to build in every test."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from wsed.prediction import Prediction
from wsed.systems.base import System


@pytest.fixture
def describe() -> Callable[..., dict[str, Any]]:
    """Descriptions of JSC with three classes at 8 kHz, with the given widths and arguments of its own."""

    def description(widths: tuple[int, ...] = (4,), **own: Any) -> dict[str, Any]:
        return {
            "system": {"_target_": "wsed.systems.jsc.Jsc", "_partial_": True, **own},
            "labels": ["bell", "bark", "cry"],
            "features": {
                "_target_": "wsed.features.log_mel.LogMel",
                "sample_rate": 8000,
                "window": "hamming",
                "window_size": 256,
                "hop": 132,
                "bands": 16,
                "min_frequency": 0.0,
                "max_frequency": 4000.0,
                "floor": 1e-8,
            },
            "network": {"_target_": "wsed.networks.vgg.Vgg", "widths": list(widths), "dropout": 0.3, "bias": True},
            "pooling": {"_target_": "wsed.pooling.gwrp.GlobalWeightedRankPooling", "decay": 0.99},
            "loss": {
                "_target_": "wsed.losses.weighted.WeightedLoss",
                "terms": {"clip_bce": {"_target_": "wsed.losses.clip_bce.ClipBce", "margin": 1e-7}},
                "weights": {"clip_bce": 1.0},
            },
            "optimizer": {"_target_": "torch.optim.Adam", "lr": 0.001},
            "schedule": {"_target_": "wsed.schedules.constant.Constant"},
        }

    return description


@pytest.fixture
def predict(describe: Callable[..., dict[str, Any]]) -> Callable[..., tuple[Prediction, Prediction]]:
    """Predicts the same clips with the same weights, in training and in use, for JSC with the given arguments."""
    waveform = 0.1 * torch.randn(2, 4000, generator=torch.Generator().manual_seed(0))

    def prediction(**own: Any) -> tuple[Prediction, Prediction]:
        torch.manual_seed(0)
        description = describe(**own)
        description["network"]["dropout"] = 0.0
        system = System.from_description(description).requires_grad_(False)
        torch.nn.init.normal_(system.head.bias, -2)  # type: ignore[arg-type, union-attr]  # mask systems have one
        return system.train()(waveform), system.eval()(waveform)

    return prediction
