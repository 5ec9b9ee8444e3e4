"""The checkpoint that a run resumes from: which one, and whether it can be used."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from wsed.errors import UserError
from wsed.runs.active_run import is_forced
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.systems.checkpoint import check_weights
from wsed.training.callbacks.rng_state import RngState
from wsed.training.checkpoint_io import read_whole, unusable
from wsed.training.loggers.metrics_csv import CurvesState, Row

PARTS = {
    "state_dict": Mapping,
    "optimizer_states": list,
    "lr_schedulers": list,
    "loops": Mapping,
    "callbacks": Mapping,
    "epoch": int,
    "global_step": int,
    "pytorch-lightning_version": str,
}
"""What a checkpoint must hold. Lightning restores what there is, and begins the rest anew without a word."""


def resume_checkpoint(config: Mapping[str, Any], folder: RunFolder) -> Path | None:
    """The checkpoint that a run resumes from, or None for one that starts from the beginning."""
    restart = config["resume"] == "never" or is_forced(config, folder)
    return folder.last_checkpoint if folder.last_checkpoint.is_file() and not restart else None


def check_resumable(path: Path, system: System) -> list[Row]:
    """Checks a checkpoint before a run resumes from it, so that a damaged or foreign one leaves the run as it is.

    Args:
        path: path of the checkpoint.
        system: the system that is to be restored.

    Returns:
        The rows of `metrics.csv` that it holds.

    Raises:
        UserError: the checkpoint is damaged, or is of another system.
    """
    content = read_whole(path)
    for name, kind in PARTS.items():
        if not isinstance(content.get(name), kind) or (name == "optimizer_states" and not content[name]):
            raise unusable(path, f"has no {name}")
    for callback in (RngState.__name__, CurvesState.__name__):
        if not isinstance(content["callbacks"].get(callback), Mapping):
            raise unusable(path, f"has no state of {callback}")
    try:
        check_weights(path, system, content["state_dict"])
    except UserError as error:
        raise unusable(path, str(error)) from error
    if not all(bool(tensor.isfinite().all()) for tensor in _tensors(content)):
        raise unusable(path, "has values that are not finite")
    rows = content["callbacks"][CurvesState.__name__].get("rows")
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise unusable(path, "has damaged rows of metrics.csv")
    return rows


def _is_row(row: Any) -> bool:
    return isinstance(row, Mapping) and all(
        isinstance(name, str) and isinstance(value, int | float) for name, value in row.items()
    )


def _tensors(node: Any) -> Iterator[Tensor]:
    """Yields the weights and the state of the optimizers."""
    if isinstance(node, Tensor):
        yield node
    elif isinstance(node, Mapping):
        for name, value in node.items():
            # A metric may be NaN.
            if name != "callbacks":
                yield from _tensors(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _tensors(value)


class Restoring(Callback):
    """Turns an error while Lightning restores a checkpoint into one that names the checkpoint.

    Used as a context around the training. The state of an optimizer shows only in the first step whether it fits.

    Args:
        path: path of the checkpoint, or None for a run that starts from the beginning.
    """

    ERRORS = (KeyError, TypeError, ValueError, RuntimeError, IndexError, AttributeError, AssertionError, OverflowError)

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.path = None

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.path is not None and isinstance(error, self.ERRORS) and not isinstance(error, torch.OutOfMemoryError):
            raise unusable(self.path, f"does not fit ({type(error).__name__}: {error})") from error
