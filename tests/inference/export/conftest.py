from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest
import torch
from torch.onnx._internal.exporter._registration import ONNXRegistry

from tests.inference.test_model import PLAIN, build
from wsed.inference.model import Model
from wsed.systems.card import ModelCard


def trained(*words: str) -> Model:
    """A small model with weights that make probabilities differ, and with a card."""
    system = build(*words)
    with torch.no_grad():
        for name, parameter in system.named_parameters():
            if "head" in name or "pooling" in name:
                parameter.mul_(3).add_(0.1 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)))
    system.card = ModelCard(1.0, "noise", "none")
    return Model(system, PLAIN, 1.0)


@pytest.fixture(scope="session", autouse=True)
def _one_registry() -> Iterator[None]:
    """All exports share what PyTorch reads of its operators, a fifth of the time of an export."""
    with patch.object(ONNXRegistry, "from_torchlib", staticmethod(cache(ONNXRegistry.from_torchlib))):
        yield
