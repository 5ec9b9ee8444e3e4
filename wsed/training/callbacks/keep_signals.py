"""Keeps the program's own handler of SIGTERM while Lightning trains or tests."""

import signal

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from wsed.runs.stop_signals import stop


class KeepSignals(Callback):
    """Puts the handler back that Lightning wraps at the start of each stage.

    Lightning's own tells the other processes of a run, which waits for ever if they are at another place; it ends a run
    only after the batch, and with exit code 0. A handler other than that of wsed, such as submitit's, stays wrapped.
    """

    def __init__(self) -> None:
        self.keeps = signal.getsignal(signal.SIGTERM) is stop

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._put_back()

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._put_back()

    def on_test_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._put_back()

    def _put_back(self) -> None:
        if self.keeps:
            signal.signal(signal.SIGTERM, stop)
