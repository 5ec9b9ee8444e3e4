"""A run that was stopped goes on to the very result that it would have had."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.io import TorchCheckpointIO
from pytorch_lightning.callbacks import Callback

from wsed.atomic import atomic_write, write_text


class AtomicCheckpointIO(TorchCheckpointIO):
    """Checkpoints that appear whole or not at all; the one before stays until then."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(target) as partial, partial.open("wb") as file:
            torch.save(checkpoint, file)


class RngState(Callback):
    """Keeps the states of all random numbers in checkpoints, and takes them up before the next epoch."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def state_dict(self) -> dict[str, Any]:
        name, keys, *rest = np.random.get_state(legacy=True)
        return {
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all(),
            "numpy": [name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest],
            "python": random.getstate(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.kept = dict(state_dict)

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not self.kept:
            return
        torch.set_rng_state(self.kept["torch"])
        if len(self.kept["cuda"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(self.kept["cuda"])
        name, keys, *rest = self.kept["numpy"]
        np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
        version, numbers, gauss = self.kept["python"]
        random.setstate((version, tuple(numbers), gauss))
        self.kept = {}


def last_checkpoint(folder: Path) -> Path | None:
    """Where a stopped run left off, or None."""
    path = folder / "checkpoints" / "last.ckpt"
    return path if path.is_file() else None


class EpochRow(Callback):
    """Keeps what an epoch logged in its checkpoint, for the logger writes it only after that."""

    def __init__(self) -> None:
        self.row: dict[str, float] = {}

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        logged = {name: float(value) for name, value in trainer.callback_metrics.items() if not name.startswith("val/")}
        self.row = {"epoch": trainer.current_epoch, "step": trainer.global_step - 1, **logged}

    def state_dict(self) -> dict[str, Any]:
        return dict(self.row)


class Curves:
    """What `metrics.csv` held before a run was stopped, which the logger writes anew.

    Args:
        folder: of the run.
        checkpoint: from which it goes on, or None for a run from the beginning.
    """

    def __init__(self, folder: Path, checkpoint: Path | None) -> None:
        self.path = folder / "metrics.csv"
        self.before = self.path.with_name("metrics-before.csv")
        if checkpoint is None:
            self.before.unlink(missing_ok=True)
            return
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        last = content["callbacks"][EpochRow.__name__]
        parts = [
            pd.read_csv(path, dtype=str) for path in (self.before, self.path) if path.is_file() and path.stat().st_size
        ]
        rows = pd.concat(parts).drop_duplicates() if parts else pd.DataFrame(columns=["epoch", "step", "train/loss"])
        rows = rows[rows["step"].astype(int) < content["global_step"]]
        # Validation's row of an epoch is written before training's.
        trained = rows.dropna(subset=["train/loss"])["epoch"] if "train/loss" in rows else []
        if str(last["epoch"]) not in set(trained):
            rows = pd.concat([rows, pd.DataFrame([{name: str(value) for name, value in last.items()}])])
        write_text(self.before, rows.to_csv(index=False))

    def kept(self) -> list[dict[str, float]]:
        """Each row from before, without its empty cells; none for a run from the beginning."""
        if not self.before.is_file():
            return []
        rows = pd.read_csv(self.before, float_precision="round_trip").to_dict("records")
        return [{str(name): value for name, value in row.items() if not pd.isna(value)} for row in rows]

    def join(self) -> None:
        """Puts what was before in front of what the logger wrote."""
        if self.before.is_file():
            parts = [pd.read_csv(path, dtype=str) for path in (self.before, self.path) if path.is_file()]
            write_text(self.path, pd.concat(parts).to_csv(index=False))
            self.before.unlink()
