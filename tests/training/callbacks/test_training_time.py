"""Time of training, over interruptions."""

import time
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
from torch.utils.data import DataLoader

from wsed.data.batch import Batch
from wsed.systems.base import System
from wsed.training.callbacks.training_time import TrainingTime


def test_a_resumed_run_counts_its_earlier_epochs(
    system: System, batches: list[Batch], quiet: dict[str, Any], tmp_path: Path
) -> None:
    loader = DataLoader(batches, batch_size=None)
    first = TrainingTime()
    started = time.perf_counter()
    trainer = pl.Trainer(max_epochs=1, callbacks=[first], logger=False, enable_checkpointing=False, **quiet)
    trainer.fit(system, loader)
    assert 0 < first.seconds < time.perf_counter() - started
    unchanged = first.seconds
    time.sleep(0.05)
    assert first.seconds == unchanged
    # As if the first epoch had taken an hour.
    first.load_state_dict({"seconds": 3600})
    trainer.save_checkpoint(tmp_path / "last.ckpt")
    second = TrainingTime()
    trainer = pl.Trainer(max_epochs=2, callbacks=[second], logger=False, enable_checkpointing=False, **quiet)
    trainer.fit(system, loader, ckpt_path=tmp_path / "last.ckpt", weights_only=False)
    assert 3600 < second.seconds < 3660


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), "long", None])
def test_a_damaged_time(seconds: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        TrainingTime().load_state_dict({"seconds": seconds})
