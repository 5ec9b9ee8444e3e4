"""How long a run has trained."""

import math
import time
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback


class TrainingTime(Callback):
    """Adds up the time of training and validation, also of a run that was interrupted, up to its last checkpoint.

    Lightning's `Timer` also does this, but Lightning ignores `trainer.max_time` if there is a `Timer`.
    """

    def __init__(self) -> None:
        self._before = 0.0
        self._started: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        return self._before + (0.0 if self._started is None else time.perf_counter() - self._started)

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._started = time.perf_counter()

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._before, self._started = self.seconds, None

    def state_dict(self) -> dict[str, Any]:
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        seconds = float(state_dict["seconds"])
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"{seconds} seconds of training")
        self._before = seconds
