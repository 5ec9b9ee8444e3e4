"""A callback by which a run is still in training when a test wants to disturb it, without training for long."""

import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback


class Pause(Callback):
    """Lets each process train for one epoch, and then wait ahead of every other one until a file appears.

    Args:
        until: path of the file.
    """

    def __init__(self, until: str) -> None:
        self.until = Path(until)
        self.first: int | None = None

    def on_train_epoch_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Waits, unless this is the first epoch of the process."""
        if self.first is None:
            self.first = trainer.current_epoch
        while trainer.current_epoch > self.first and not self.until.exists():
            time.sleep(0.02)


def paused_until(path: Path) -> list[Any]:
    """Words of a command whose run pauses; this folder must be on its `PYTHONPATH`."""
    return ["+callbacks.pause._target_=pause.Pause", f"+callbacks.pause.until={path}"]
