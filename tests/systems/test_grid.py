"""Every model takes every pooling and every loss: one step of training, and back from a checkpoint."""

from pathlib import Path

import pytest
import torch

from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import groups
from wsed.config.validate import validate
from wsed.prediction import Target
from wsed.systems.base import System
from wsed.training.run import build_system

CELLS = [(model, f"pooling={pooling}") for model in groups()["model"] for pooling in groups()["pooling"]]
CELLS += [(model, f"loss={loss}") for model in groups()["model"] for loss in groups()["loss"]]
SMALLER = {"talnet_audioset": ["network.units=16"]}
"""The orthogonal weights that the widest GRU begins with take a second."""


@pytest.mark.parametrize(("model", "choice"), CELLS)
def test_a_cell_trains_and_survives_a_checkpoint(model: str, choice: str, tmp_path: Path) -> None:
    with hydra_initialized():
        config = validate(compose_config([f"model={model}", choice, *SMALLER.get(model, [])]))
    torch.manual_seed(0)
    system = build_system(config)
    waveform = 0.1 * torch.randn(2, 16000)
    system.features.fit([waveform])
    target = Target(weak=torch.tensor([[1.0, 0, 0], [0, 1, 1]]), background=torch.tensor([1.0, 0]))
    before = {name: value.clone() for name, value in system.state_dict().items()}
    optimizer = system.make_optimizer(params=system.parameters())
    loss, _ = system.loss(system(waveform), target)
    loss.backward()
    optimizer.step()
    assert loss.isfinite()
    learnt = {name for name, parameter in system.named_parameters() if not torch.equal(parameter, before[name])}
    assert {name for name, value in system.named_parameters() if "pooling" in name and value.requires_grad} <= learnt
    path = tmp_path / "last.ckpt"
    torch.save({"system": system.description, "state_dict": system.state_dict()}, path)
    again, prediction = System.load(path)(waveform), system.eval()(waveform)
    assert torch.equal(again.clip_probs, prediction.clip_probs)
    assert torch.equal(again.frame_probs, prediction.frame_probs)
    assert prediction.clip_probs.shape == (2, 3)
    assert prediction.frame_probs.shape[:2] == (2, 3)
    for probs in (prediction.clip_probs, prediction.frame_probs):
        assert (probs >= 0).all()
        assert (probs <= 1).all()
