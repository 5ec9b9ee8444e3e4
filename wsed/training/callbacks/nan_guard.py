"""Stops a run whose loss is not finite."""

import json
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback

from wsed.atomic import write_text
from wsed.data.batch import Batch
from wsed.errors import TrainingDivergedError
from wsed.runs.folder import RunFolder


class NanGuard(Callback):
    """Stops a run whose loss is not finite, and saves the mixing plan of the batch, so that it can be rendered again.

    Raises:
        TrainingDivergedError: the loss is not finite.
    """

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Batch, batch_idx: int
    ) -> None:
        if torch.isfinite(outputs["loss"]):
            return
        path = RunFolder(Path(trainer.default_root_dir)).nan_batch_path
        step = trainer.global_step
        values = {
            "step": step,
            "epoch": trainer.current_epoch,
            "filenames": batch.filenames,
            "plans": [plan.to_dict() for plan in batch.plans],
        }
        write_text(path, json.dumps(values, indent=2) + "\n")
        raise TrainingDivergedError(
            f"the loss is {float(outputs['loss'])} at step {step}; the plan of the batch is in {path}"
        )
