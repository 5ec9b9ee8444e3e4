"""Lets SIGTERM and SIGINT stop a run while Lightning trains or tests."""

import signal
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from wsed.runs.stop_signals import check_received, stop


class KeepSignals(Callback):
    """Restores the handler of SIGTERM that Lightning wraps, and checks after each batch for a lost signal.

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

    def on_train_batch_end(self, *_: Any) -> None:
        self._check()

    def on_validation_batch_end(self, *_: Any) -> None:
        self._check()

    def on_test_batch_end(self, *_: Any) -> None:
        self._check()

    def _check(self) -> None:
        if self.keeps:
            check_received()

    def _put_back(self) -> None:
        if self.keeps:
            signal.signal(signal.SIGTERM, stop)
