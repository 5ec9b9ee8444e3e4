"""Time of the test steps, without the data and the other callbacks."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from torch.utils.data import DataLoader, IterableDataset

from wsed.data.batch import Batch
from wsed.systems.base import System
from wsed.training.callbacks.speed_meter import SpeedMeter

STEP, ELSEWHERE = 0.1, 1.0
"""Seconds of a step, and of reading a batch and of another callback."""


class SlowData(IterableDataset[Batch]):
    """Takes long to read."""

    def __init__(self, batches: list[Batch]) -> None:
        self.batches = batches

    def __iter__(self) -> Iterator[Batch]:
        for batch in self.batches:
            time.sleep(ELSEWHERE)
            yield batch


class SlowCallback(Callback):
    """Takes long after each batch."""

    def on_test_batch_end(self, *args: Any, **kwargs: Any) -> None:
        time.sleep(ELSEWHERE)


@pytest.mark.parametrize(("steps", "counted"), [(3, 2), (1, 1)])
def test_it_counts_the_steps_after_the_first(
    system: System,
    batches: list[Batch],
    quiet: dict[str, Any],
    steps: int,
    counted: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = system.test_step

    def slow_step(batch: Batch, batch_idx: int) -> Any:
        time.sleep(STEP)
        return step(batch, batch_idx)

    monkeypatch.setattr(system, "test_step", slow_step)
    speed = SpeedMeter()
    loader = DataLoader(SlowData(batches[:steps]), batch_size=None)
    trainer = pl.Trainer(callbacks=[speed, SlowCallback()], logger=False, enable_checkpointing=False, **quiet)
    for _ in range(2):
        trainer.test(system, loader, verbose=False)
        assert speed.audio_seconds == pytest.approx(counted * 2 * 16000 / system.features.sample_rate)
        assert counted * STEP <= speed.step_seconds < counted * ELSEWHERE
