"""Loaders: what reaches a trainer, epoch by epoch."""

from collections.abc import Callable

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from tests.data.conftest import varied
from wsed.data.batch import Batch
from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.mixing.each_event import EachEvent
from wsed.data.samplers.epoch_sampler import EpochSampler
from wsed.errors import UserError

Mixtures = Callable[..., MixtureDataModule]


def epochs(data: MixtureDataModule, loader: DataLoader[Batch], count: int) -> list[Batch]:
    """Every batch of so many epochs."""
    batches = []
    for epoch in range(count):
        assert isinstance(loader.sampler, EpochSampler)
        loader.sampler.set_epoch(epoch)
        batches += list(loader)
    return batches


def test_worker_processes_change_nothing(mixtures: Mixtures) -> None:
    found = []
    for workers in (0, 2):
        data = mixtures(num_workers=workers)
        data.setup()
        found.append(epochs(data, data.train_dataloader(), 2) + list(data.test_dataloader()))
    alone, together = found
    assert len(alone) == len(together) == 2 * 4 + 2
    for one, other in zip(alone, together, strict=True):
        assert one.filenames == other.filenames
        assert one.plans == other.plans
        assert torch.equal(one.waveform, other.waveform)
        assert torch.equal(one.weak, other.weak)
    assert alone[-1].sources is not None
    assert together[-1].sources is not None
    assert torch.equal(alone[-1].sources, together[-1].sources)


class Listener(pl.LightningModule):
    """Notes the clips it is trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.heard: dict[int, list[str]] = {}
        self.power: dict[int, float] = {}

    def training_step(self, batch: Batch, batch_index: int) -> torch.Tensor:
        epoch = self.current_epoch
        self.heard.setdefault(epoch, []).extend(batch.filenames)
        self.power[epoch] = self.power.get(epoch, 0) + float(batch.waveform.square().sum())
        return self.weight * 0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def trained(data: MixtureDataModule) -> Listener:
    listener = Listener()
    trainer = pl.Trainer(
        max_epochs=3,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(listener, train_dataloaders=data.train_dataloader())
    return listener


def test_a_trainer_hears_new_mixtures_each_epoch(mixtures: Mixtures) -> None:
    data = mixtures()
    data.setup()
    listener = trained(data)
    for epoch in range(3):
        assert sorted(set(listener.heard[epoch])) == [f"train-{epoch}-{index:06d}.wav" for index in range(13)]
    assert len(set(listener.power.values())) == 3


def test_a_trainer_hears_a_fixed_set_in_a_new_order_each_epoch(mixtures: Mixtures) -> None:
    data = mixtures(recipe=varied(fresh=False))
    data.setup()
    heard = trained(data).heard
    for epoch in range(3):
        assert sorted(set(heard[epoch])) == [f"train-0-{index:06d}.wav" for index in range(13)]
    assert heard[0] != heard[1] != heard[2]


def test_validation_and_test_are_fixed_mixtures_in_order(mixtures: Mixtures) -> None:
    data = mixtures()
    data.setup()
    (validation,) = data.val_dataloader()
    for loader, split, clips in ((validation, "val", 3), (data.test_dataloader(), "test", 5)):
        first, second = (epochs(data, loader, 1), list(loader))
        names = [name for batch in first for name in batch.filenames]
        assert names == [f"{split}-0-{index:06d}.wav" for index in range(clips)]
        for one, other in zip(first, second, strict=True):
            assert torch.equal(one.waveform, other.waveform)
            assert one.background.all()
            assert one.weak.sum(1).tolist() == [1] * len(one.filenames)
            assert (one.sources is None) == (split == "val")


def test_a_split_hears_its_own_folds_only(mixtures: Mixtures) -> None:
    data = mixtures(clips={"train": 40, "val": 40, "test": 40})
    data.setup()
    for loader, folds in ((data.train_dataloader(), {1, 2}), (data.test_dataloader(), {4})):
        plans = [plan for batch in loader for plan in batch.plans]
        used = {plan.background for plan in plans} | {event.recording for plan in plans for event in plan.events}
        assert {1 + int(name.split("/")[1]) % 4 for name in used - {None}} == folds  # type: ignore[union-attr]


def test_a_split_is_left_out_without_folds_or_clips(mixtures: Mixtures) -> None:
    for changes in ({"folds": {"train": [1], "val": [], "test": [4]}}, {"clips": {"train": 5, "val": 0, "test": 5}}):
        data = mixtures(**changes)
        data.setup()
        assert data.val_dataloader() == []


@pytest.mark.parametrize("split", ["train", "test"])
def test_training_and_testing_need_data(mixtures: Mixtures, split: str) -> None:
    clips = {"train": 13, "val": 3, "test": 5, split: 0}
    with pytest.raises(UserError, match=rf"the {split} split has no data; check data\.folds\.{split} and data\.clips"):
        mixtures(clips=clips).setup()


def test_splits_that_share_a_fold_are_refused(mixtures: Mixtures) -> None:
    with pytest.raises(UserError, match="are in both train and test"):
        mixtures(folds={"train": [1, 4], "val": [3], "test": [4]}).setup()


def test_a_recipe_decides_how_many_clips_there_are(mixtures: Mixtures) -> None:
    data = mixtures(recipe=EachEvent(0.5, [0.0, 0.0]), clips={"train": None, "val": 0, "test": None})
    data.setup()
    # Four events in each fold.
    assert {split: len(dataset) for split, dataset in data.datasets.items()} == {"train": 3 * 8, "test": 4}


def test_a_recipe_that_does_not_know_how_many_clips_there_are(mixtures: Mixtures) -> None:
    with pytest.raises(UserError, match=r"data.clips.train: is null, and this choice of mixing has no number; set one"):
        mixtures(clips={"train": None, "val": 0, "test": 2}).setup()
