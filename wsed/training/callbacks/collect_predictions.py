"""Collects the predictions of a pass over the validation or the test split."""

from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from wsed.data.batch import Batch
from wsed.evaluation.evaluator import Evaluator
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.systems.base import System


class CollectPredictions(Callback):
    """Fills a new collector in each pass, and logs scores as `val/...` after validation.

    Args:
        evaluator: scores the predictions of a validation pass.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._collector: PredictionCollector | None = None

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._begin(pl_module)

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        self.collector.update(batch, outputs["prediction"])

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        for name, value in self.evaluator.validate(self.collector).items():
            pl_module.log(f"val/{name}", value, sync_dist=True)

    def on_test_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._begin(pl_module)

    def on_test_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        self.collector.update(batch, outputs["prediction"], outputs["separated"])

    @property
    def collector(self) -> PredictionCollector:
        """The collector of the latest pass.

        Raises:
            RuntimeError: no pass has begun yet.
        """
        if self._collector is None:
            raise RuntimeError("no pass over a split has begun; call trainer.validate or trainer.test first")
        return self._collector

    def _begin(self, system: pl.LightningModule) -> None:
        assert isinstance(system, System)
        self._collector = PredictionCollector(system.labels, system.features)
