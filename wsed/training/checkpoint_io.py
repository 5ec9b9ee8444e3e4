"""Atomic writing of checkpoints, and reading them without executing anything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.io import TorchCheckpointIO

from wsed.atomic import atomic_write
from wsed.checks.names import shortened
from wsed.errors import UserError
from wsed.runs.stop_signals import delayed_signals
from wsed.systems.card import ModelCard
from wsed.systems.checkpoint import CARD, load_content


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes checkpoints atomically: the previous checkpoint stays until the new one is complete."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        # While PyTorch writes, an exception from a signal handler becomes a RuntimeError, so that a stopped run would
        # count as failed, or it aborts the process.
        with delayed_signals(), atomic_write(target) as partial, partial.open("wb") as file:
            try:
                torch.save(checkpoint, file)
            except RuntimeError as error:
                # PyTorch's own complaint about a file that it could not write hides the reason.
                if isinstance(error.__context__, OSError):
                    raise error.__context__ from error
                raise

    def load_checkpoint(
        self, path: str | Path, map_location: Callable[..., Any] | None = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """See `read_whole`; never loads anything but tensors and plain values, whatever Lightning asks for."""
        return read_whole(Path(path))


def save_card(path: Path, card: ModelCard, output: Path | None = None) -> None:
    """Replaces the card in a checkpoint; does nothing if a run keeps no such checkpoint.

    Args:
        path: the checkpoint.
        card: the card, with the post-processing that the checkpoint was tested with.
        output: the file to write, if the checkpoint is to stay as it is.
    """
    if path.is_file():
        AtomicCheckpointIO().save_checkpoint({**read_whole(path), CARD: card.plain()}, output or path)


def read_whole(path: Path) -> dict[str, Any]:
    """The whole content of a checkpoint, on the CPU, to resume from.

    Raises:
        UserError: the file is damaged, or holds something else.
    """
    try:
        content = load_content(path)
    except UserError as error:
        raise unusable(path, str(error)) from error
    if not isinstance(content, dict):
        raise unusable(path, "is no checkpoint")
    return content


def unusable(path: Path, reason: str) -> UserError:
    """The error of a checkpoint that a run cannot resume from.

    Args:
        path: path of the checkpoint.
        reason: what is wrong; may begin with the path and end with another cure.
    """
    problem = shortened(reason.removeprefix(f"{path}: ").split("; ")[0], 200)
    return UserError(f"{path}: cannot be resumed from, because it {problem}; start over with resume=never")
