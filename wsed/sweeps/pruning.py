"""The callback that reports a trial to its Optuna study."""

import pytorch_lightning as pl
from optuna.trial import Trial
from pytorch_lightning.callbacks import Callback

from wsed.errors import PrunedError, UserError


class Pruning(Callback):
    """Reports `monitor` to Optuna after each validation, and stops the run if Optuna says so.

    Args:
        trial: the trial that the run belongs to.
        monitor: metric of the validation split.
    """

    def __init__(self, trial: Trial, monitor: str) -> None:
        self.trial = trial
        self.monitor = monitor

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.datamodule.val_dataloader():  # type: ignore[attr-defined]  # not in its annotations
            raise UserError("sweeper=optuna needs a validation split to choose by; give the data one")

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.sanity_checking:
            return
        self.trial.report(float(trainer.callback_metrics[self.monitor]), trainer.current_epoch)
        if self.trial.should_prune():
            raise PrunedError(
                f"stopped by Optuna after epoch {trainer.current_epoch}, because it was behind the others"
            )
