"""Training curves in `metrics.csv`, which survive a kill."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.loggers import Logger

from wsed.atomic import atomic_write

Row = dict[str, float]

LOSS = "train/loss"
"""Only the last row of an epoch has this metric."""


class MetricsCsv(Logger):
    """Writes each row of metrics to a CSV file, with columns for whatever is logged.

    Lightning's own CSVLogger starts an empty file when a run resumes, and makes a folder for each version.

    Args:
        path: the file to write.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.rows: list[Row] = []

    @property
    def name(self) -> str:
        return "metrics_csv"

    @property
    def version(self) -> str:
        return ""

    def log_hyperparams(self, *args: Any, **kwargs: Any) -> None:
        """Does nothing: the run folder has `config.yaml`."""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Adds a row and writes the file.

        Args:
            metrics: values by name.
            step: optimizer step.
        """
        self.rows.append({**{name: float(value) for name, value in metrics.items()}, "step": step or 0})
        self.write()

    def write(self) -> None:
        """Writes all rows atomically."""
        columns = dict.fromkeys(["epoch", "step", *(name for row in self.rows for name in sorted(row))])
        with atomic_write(self.path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows({**row, "epoch": int(row["epoch"])} if "epoch" in row else row for row in self.rows)


class CurvesState(Checkpoint):
    """Keeps the rows of `metrics.csv` in checkpoints, so that a resumed run has the curves of an uninterrupted one.

    Lightning passes the row of an epoch to the loggers only after it has saved the checkpoint of that epoch, so this
    callback builds the row itself. As a `Checkpoint`, it is called after everything in an epoch has been logged; it
    must come before the callbacks that save checkpoints.

    Args:
        logger: the logger with the rows to keep.
    """

    def __init__(self, logger: MetricsCsv) -> None:
        self.logger = logger
        self.pending: Row = {}

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        metrics = {name: float(value) for name, value in trainer.callback_metrics.items()}
        for row in reversed(self.logger.rows):
            if LOSS in row:
                break
            # Already logged in this epoch, such as validation scores.
            metrics = {name: value for name, value in metrics.items() if name not in row}
        self.pending = {**metrics, "epoch": trainer.current_epoch, "step": trainer.global_step - 1}

    def state_dict(self) -> dict[str, Any]:
        return {"rows": [*self.logger.rows, self.pending]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.logger.rows = list(state_dict["rows"])
