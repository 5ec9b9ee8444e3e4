"""Checkpoints rebuild their system, and nothing else passes for one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from wsed.errors import UserError
from wsed.systems.base import System
from wsed.systems.jsc import Jsc

Describe = Callable[..., dict[str, Any]]


def waveform() -> torch.Tensor:
    return 0.1 * torch.randn(2, 4000, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def trained(describe: Describe) -> System:
    """A system whose weights, batch norms and feature statistics are no longer the initial ones."""
    torch.manual_seed(3)
    system = System.from_description(describe())
    system.features.fit([waveform()])
    system(waveform())
    return system.eval()


def save(system: System, path: Path) -> None:
    """Writes what Lightning's checkpoints hold of a system."""
    checkpoint: dict[str, Any] = {"state_dict": system.state_dict()}
    system.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)


def test_a_checkpoint_gives_identical_predictions(trained: System, tmp_path: Path) -> None:
    save(trained, tmp_path / "last.ckpt")
    torch.manual_seed(4)
    loaded = System.load(tmp_path / "last.ckpt")
    ours, theirs = trained(waveform()), loaded(waveform())
    for name in ("clip_probs", "frame_probs", "masks", "background_probs", "background_mask"):
        assert torch.equal(getattr(ours, name), getattr(theirs, name)), name
    assert not loaded.training
    assert isinstance(loaded, Jsc)
    assert loaded.labels == ("bell", "bark", "cry")
    assert loaded.description == trained.description


def test_a_loaded_system_can_be_saved_again(trained: System, tmp_path: Path) -> None:
    save(trained, tmp_path / "first.ckpt")
    save(System.load(tmp_path / "first.ckpt"), tmp_path / "second.ckpt")
    again = System.load(tmp_path / "second.ckpt")
    assert torch.equal(again(waveform()).clip_probs, trained(waveform()).clip_probs)


class Planted:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    refusal = "a.ckpt: is not a checkpoint of wsed; give a file of RUN/checkpoints/"
    with pytest.raises(UserError, match=refusal):
        System.load(path)
    path.write_text("weights")
    with pytest.raises(UserError, match=refusal):
        System.load(path)
    torch.save({"state_dict": {}}, path)
    with pytest.raises(UserError, match=refusal):
        System.load(path)


def test_a_checkpoint_runs_no_code(describe: Describe, tmp_path: Path) -> None:
    torch.save({"system": describe(), "state_dict": Planted(tmp_path / "ran")}, tmp_path / "a.ckpt")
    with pytest.raises(UserError, match="is not a checkpoint"):
        System.load(tmp_path / "a.ckpt")
    assert not (tmp_path / "ran").exists()


class Other(Jsc):
    """Another system."""


def test_a_checkpoint_of_another_system_is_named(trained: System, tmp_path: Path) -> None:
    save(trained, tmp_path / "last.ckpt")
    with pytest.raises(UserError, match="holds a Jsc, not a Other"):
        Other.load(tmp_path / "last.ckpt")


def test_the_scheduler_multiplies_the_learning_rate(describe: Describe) -> None:
    description = describe()
    description["schedule"] = {"_target_": "wsed.schedules.step_decay.StepDecay", "factor": 0.5, "every": 2}
    system = System.from_description(description)
    assert [system.schedule(step, 6) for step in range(6)] == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_augmentation_changes_training_and_nothing_else(describe: Describe) -> None:
    stripes = {"_target_": "wsed.augmentation.stripes.Stripes", "freq_stripes": 1, "freq_width": 0}
    all_of_it = {**stripes, "time_stripes": 200, "time_width": 20}
    description = describe()
    description["network"]["dropout"] = 0.0
    torch.manual_seed(3)
    plain = System.from_description(description)
    torch.manual_seed(3)
    augmented = System.from_description({**description, "augmentation": all_of_it})
    assert torch.equal(augmented.eval()(waveform()).clip_probs, plain.eval()(waveform()).clip_probs)
    # Nearly nothing is left of the features, so that clips that differ look alike.
    assert differ(augmented.train()) < 0.1 * differ(plain.train())


def differ(system: System) -> float:
    """How much the masks of two clips differ."""
    masks = system(waveform()).masks
    assert masks is not None
    return float((masks[0] - masks[1]).detach().abs().mean())
