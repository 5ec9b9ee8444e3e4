"""Collects the predictions of a pass over the validation or the test split."""

from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from wsed.data.batch import Batch
from wsed.errors import TrainingDivergedError
from wsed.evaluation.evaluator import Evaluator
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.systems.base import System


class CollectPredictions(Callback):
    """Fills a new collector in each pass, and logs scores as `val/...` after validation.

    Args:
        evaluator: scores the predictions of a validation pass; separation is compared with the true sources only if one
            of its metrics needs that.

    Raises:
        TrainingDivergedError: what is predicted for a test clip is not finite.
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
        _check_finite(batch, outputs["prediction"].clip_probs, *(outputs["separated"] or ()))
        # The ratios of one clip take longer than all else of a test.
        separated = outputs["separated"] if self.evaluator.needs("separation") else None
        self.collector.update(batch, outputs["prediction"], separated)

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


def _check_finite(batch: Batch, *predicted: Tensor) -> None:
    for values in predicted:
        finite = torch.isfinite(values).flatten(1).all(1)
        if not finite.all():
            filename = batch.filenames[int(finite.int().argmin())]
            raise TrainingDivergedError(
                f"the prediction for {filename} is not finite; training diverged, lower optimizer.lr"
            )
