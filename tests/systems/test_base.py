"""Checkpoints rebuild their system, and nothing else passes for one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from wsed.data.batch import Batch
from wsed.errors import UserError
from wsed.prediction import Event
from wsed.systems.base import System
from wsed.systems.jsc import Jsc
from wsed.systems.parts import Parts

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
    with pytest.raises(UserError, match=r"a\.ckpt: does not exist"):
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


class Plain(pl.LightningModule):
    """A LightningModule that knows nothing of wsed."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()


class Other(Jsc):
    """Another system."""


def test_a_checkpoint_of_another_system_is_named(trained: System, tmp_path: Path) -> None:
    save(trained, tmp_path / "last.ckpt")
    with pytest.raises(UserError, match="holds a Jsc, not a Other"):
        Other.load(tmp_path / "last.ckpt", allowed=[__name__])


def test_the_schedule_multiplies_the_learning_rate_of_each_step(describe: Describe) -> None:
    description = describe()
    description["schedule"] = {"_target_": "wsed.schedules.step_decay.StepDecay", "factor": 0.5, "every": 2}
    system = System.from_description(description)
    rates: list[float] = []

    class Watch(pl.Callback):
        def on_train_batch_start(self, trainer: pl.Trainer, *_: Any) -> None:
            rates.append(trainer.optimizers[0].param_groups[0]["lr"])

    clips = waveform()
    known = torch.ones(2, dtype=torch.bool)
    batch = Batch(["a.wav", "b.wav"], clips, torch.ones(2, 3), torch.ones(2), [[], []], [], has_strong=known)
    quiet: dict[str, Any] = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = pl.Trainer(accelerator="cpu", max_steps=6, callbacks=[Watch()], enable_model_summary=False, **quiet)
    trainer.fit(system, DataLoader([batch] * 6, batch_size=None))
    assert rates == [0.001, 0.001, 0.0005, 0.0005, 0.00025, 0.00025]


@pytest.mark.parametrize("validated", [False, True])
def test_a_plateau_lowers_the_learning_rate_of_the_next_epoch(describe: Describe, validated: bool) -> None:
    description = describe()
    description["schedule"] = {"_target_": "wsed.schedules.plateau.Plateau", "factor": 0.5, "patience": 0}
    # A learning rate of 0 leaves the loss as it is, so that every epoch but the first lowers it.
    description["optimizer"]["lr"] = 1e-30
    system = System.from_description(description)
    rates: list[float] = []

    class Watch(pl.Callback):
        def on_train_batch_start(self, trainer: pl.Trainer, *_: Any) -> None:
            rates.append(trainer.optimizers[0].param_groups[0]["lr"] / 1e-30)

    known = torch.ones(2, dtype=torch.bool)
    batch = Batch(["a.wav", "b.wav"], waveform(), torch.ones(2, 3), torch.ones(2), [[], []], [], has_strong=known)
    quiet: dict[str, Any] = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = pl.Trainer(accelerator="cpu", max_epochs=3, callbacks=[Watch()], enable_model_summary=False, **quiet)
    loaders = [DataLoader([batch] * 2, batch_size=None) for _ in range(2)]
    trainer.fit(system, loaders[0], loaders[1] if validated else None)
    assert rates == pytest.approx([1, 1, 1, 1, 0.5, 0.5])


def test_a_target_has_everything_that_the_batch_knows(describe: Describe) -> None:
    system = System.from_description(describe())
    event = Event(0.1, 0.2, "bark")
    batch = Batch(
        ["a.wav", "b.wav"], waveform(), torch.tensor([[0.0, 1, 0], [0, 0, 0]]), torch.tensor([1.0, 0.0]),
        [[event], []], [], lengths=torch.tensor([4000, 2000]), has_strong=torch.tensor([True, False]),
    )  # fmt: skip
    prediction = system(batch.waveform, batch.lengths)
    target = system.target(batch, prediction)
    assert torch.equal(target.weak, batch.weak)
    assert torch.equal(target.background, batch.background)
    assert torch.equal(target.has_strong, batch.has_strong)
    assert target.durations is not None
    assert target.durations.tolist() == [0.5, 0.25]
    assert target.valid is prediction.valid
    assert target.strong.shape == prediction.frame_probs.shape
    # 8000 / 132 frames a second.
    assert target.strong[0, 1].nonzero().flatten().tolist() == list(range(6, 13))
    assert int(target.strong.sum()) == 7
    unpadded = Batch(
        batch.filenames, batch.waveform, batch.weak, batch.background, batch.events, [], has_strong=batch.has_strong
    )
    target = system.target(unpadded, system(batch.waveform))
    assert target.durations is not None
    assert target.durations.tolist() == [0.5, 0.5]
    assert target.valid is None


def test_a_module_that_is_no_system_is_refused(describe: Describe) -> None:
    description = {**describe(), "system": {"_target_": f"{Plain.__module__}.{Plain.__qualname__}"}}
    with pytest.raises(UserError, match=r"model._target_=.*Plain: is not a System; derive the class from"):
        System.from_description(description)


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
