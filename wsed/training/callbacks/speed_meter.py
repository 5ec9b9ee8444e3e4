"""Measures how fast a system is while it is tested."""

import time
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback

from wsed.data.batch import Batch
from wsed.systems.base import System


class SpeedMeter(Callback):
    """Adds up the time of the test steps and the audio in them; reading data and evaluation do not count.

    The first step is left out, unless it is the only one: it also allocates memory and chooses kernels.

    Attributes:
        audio_seconds: length of the clips, with their padding.
        step_seconds: time of the network, and of separation if the system separates.
    """

    def __init__(self) -> None:
        self.audio_seconds = 0.0
        self.step_seconds = 0.0
        self._started = 0.0

    @property
    def timing(self) -> dict[str, float]:
        """Both numbers, as `results.json` has them."""
        return {"test_step_seconds": self.step_seconds, "tested_audio_seconds": self.audio_seconds}

    def on_test_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.audio_seconds = self.step_seconds = 0.0

    def on_test_batch_start(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        self._started = _now()

    def on_test_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        assert isinstance(pl_module, System)
        seconds = _now() - self._started
        audio = batch.waveform.shape[0] * batch.waveform.shape[-1] / pl_module.features.sample_rate
        if batch_idx == 1:
            self.audio_seconds = self.step_seconds = 0.0
        self.audio_seconds += audio
        self.step_seconds += seconds


def _now() -> float:
    """The time after everything that the device has been asked for."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()
    return time.perf_counter()
