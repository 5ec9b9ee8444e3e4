"""The learning rate of a real training follows its schedule."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

Train = Callable[..., tuple[int, str, str]]

STEPS = 4
"""Optimizer steps of the small run: two epochs of two batches."""


def last_checkpoint() -> dict[str, Any]:
    checkpoint: dict[str, Any] = torch.load("run/checkpoints/last.ckpt", weights_only=True)
    assert checkpoint["global_step"] == STEPS
    return checkpoint


def learning_rate(checkpoint: dict[str, Any]) -> float:
    return float(checkpoint["optimizer_states"][0]["param_groups"][0]["lr"])


@pytest.mark.parametrize(("every", "drops"), [(1, 4), (2, 2), (3, 1), (5, 0)])
def test_step_decay_multiplies_the_learning_rate_every_so_many_steps(train: Train, every: int, drops: int) -> None:
    words = ["schedule=decay", "schedule.factor=0.5", f"schedule.every={every}", "optimizer.lr=0.01"]
    code, _, err = train(*words, "evaluation.draws=0", "hydra.run.dir=run")
    assert code == 0, err
    assert learning_rate(last_checkpoint()) == pytest.approx(0.01 * 0.5**drops, rel=1e-12)


def test_a_learning_rate_that_falls_to_almost_nothing_stops_the_weights(train: Train) -> None:
    weights = []
    # After the first epoch of two steps, the second run moves by less than float32 shows.
    for epochs, folder in ((1, "one"), (2, "two")):
        words = ["schedule=decay", "schedule.factor=1e-6", "schedule.every=2", f"trainer.max_epochs={epochs}"]
        code, _, err = train(*words, "evaluation.draws=0", f"hydra.run.dir={folder}")
        assert code == 0, err
        state = torch.load(Path(folder, "checkpoints", "last.ckpt"), weights_only=True)["state_dict"]
        weights.append({name: value for name, value in state.items() if "running_" not in name and "num_" not in name})
    assert weights[0].keys() == weights[1].keys()
    for name, value in weights[0].items():
        torch.testing.assert_close(weights[1][name], value, rtol=0, atol=1e-6)
