"""Checkpoints of a run: the last epoch, the best one, and snapshots."""

from pathlib import Path
from typing import Any, Literal

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback, ModelCheckpoint

from wsed.checks.ranges import CountFromZero, Text
from wsed.runs.folder import RunFolder


class _RunCheckpoint(ModelCheckpoint):
    """A checkpoint in the run folder, saved at the very end of an epoch, after validation.

    A run that resumes from it has no part of that epoch to repeat.

    Args:
        path: path of the checkpoint in any run folder; only the file name is used.
        monitor: metric that decides whether to save, or None to save every epoch.
        mode: whether the largest (`max`) or the smallest (`min`) value is the best.
    """

    def __init__(self, path: Path, monitor: str | None = None, mode: str = "min") -> None:
        super().__init__(
            filename=path.stem,
            monitor=monitor,
            mode=mode,
            save_on_train_epoch_end=True,
            enable_version_counter=False,
        )

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        self.dirpath = str(RunFolder(Path(trainer.default_root_dir)).checkpoints)
        super().setup(trainer, pl_module, stage)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restores which epoch was the best, also if the run folder was moved since."""
        assert self.dirpath is not None
        here = Path(self.dirpath)
        paths = {name: value for name, value in state_dict.items() if name.endswith("_path") and value}
        moved = {name: str(here / Path(value).name) for name, value in paths.items()}
        models = {str(here / Path(path).name): value for path, value in state_dict["best_k_models"].items()}
        super().load_state_dict({**state_dict, **moved, "best_k_models": models, "dirpath": self.dirpath})


class LastCheckpoint(_RunCheckpoint):
    """Keeps the last epoch; a run that was stopped resumes from it."""

    def __init__(self) -> None:
        super().__init__(RunFolder(Path()).last_checkpoint)


class BestCheckpoint(_RunCheckpoint):
    """Keeps the epoch with the best value of a validation metric; saves nothing if there is no validation split.

    Args:
        monitor: the metric.
        mode: whether its largest (`max`) or its smallest (`min`) value is the best.
    """

    def __init__(self, monitor: Text, mode: Literal["max", "min"]) -> None:
        super().__init__(RunFolder(Path()).best_checkpoint, monitor, mode)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if sum(trainer.num_val_batches):
            super().on_train_epoch_end(trainer, pl_module)


class EpochSnapshots(Callback):
    """Keeps the weights of every n-th epoch, for fusion.

    Lightning's `ModelCheckpoint(every_n_epochs=n, save_top_k=-1)` does the same, but counts epochs from 0 in the file
    names; papers and `wsed fuse --first-epoch` count from 1.

    Args:
        every: n, or 0 to keep no snapshots.
        first: the first epoch that is kept, from 1; 0 for the n-th.
    """

    def __init__(self, every: CountFromZero, first: CountFromZero = 0) -> None:
        self.every = every
        self.first = first or every

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        epoch = trainer.current_epoch + 1
        if self.every and epoch >= self.first and (epoch - self.first) % self.every == 0:
            path = RunFolder(Path(trainer.default_root_dir)).snapshot(epoch)
            trainer.save_checkpoint(path, weights_only=True)
