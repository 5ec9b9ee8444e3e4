"""A system small enough to build in every test."""

from collections.abc import Callable
from typing import Any

import pytest


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
