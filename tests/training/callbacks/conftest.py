"""A small system, batches for its callbacks, and a trainer that prints nothing."""

from typing import Any

import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.validate import validate
from wsed.data.batch import Batch
from wsed.prediction import Event
from wsed.systems.base import System
from wsed.training.build import build_system


@pytest.fixture
def system() -> System:
    torch.manual_seed(0)
    with hydra_initialized():
        return build_system(validate(compose_config(["network.widths=[4]", "network.dropout=0"])))


@pytest.fixture
def batches(system: System) -> list[Batch]:
    """Three batches of two clips of 16,000 samples."""
    generator = torch.Generator().manual_seed(0)
    clips = []
    for index in range(3):
        sources = 0.1 * torch.randn(2, 3, 16000, generator=generator)
        rest = 0.1 * torch.randn(2, 16000, generator=generator)
        events = [[Event(0.1 * clip, 0.5, label)] for clip, label in enumerate(system.labels[:2])]
        clips.append(
            Batch(
                [f"{index}{clip}.wav" for clip in "ab"],
                sources.sum(1) + rest,
                torch.eye(3)[:2],
                torch.ones(2),
                events,
                [],
                sources,
                rest,
                has_strong=torch.ones(2, dtype=torch.bool),
            )
        )
    return clips


@pytest.fixture
def quiet() -> dict[str, Any]:
    """Arguments of a trainer that runs on the processor and prints nothing."""
    return {"accelerator": "cpu", "enable_progress_bar": False, "enable_model_summary": False}
