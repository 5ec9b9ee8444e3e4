"""Atomic writing of checkpoints, and reading them without executing anything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.io import TorchCheckpointIO

from wsed.atomic import atomic_write
from wsed.checks.files import open_regular
from wsed.checks.names import shortened
from wsed.errors import UserError


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes checkpoints atomically: the previous checkpoint stays until the new one is complete."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(target) as partial, partial.open("wb") as file:
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
        """See `read_checkpoint`; never loads anything but tensors and plain values, whatever Lightning asks for."""
        return read_checkpoint(Path(path))


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The content of a checkpoint, on the CPU: tensors and plain values.

    Raises:
        UserError: the file is damaged, or holds something else.
    """
    with open_regular(path) as file:
        try:
            content = torch.load(file, map_location="cpu", weights_only=True)
        except (MemoryError, torch.OutOfMemoryError):
            raise
        # Damaged bytes lead to almost any exception, OSError among them.
        except Exception as error:
            raise unusable(path, "it is damaged, or is no checkpoint") from error
    if not isinstance(content, dict):
        raise unusable(path, "it is no checkpoint")
    return content


def unusable(path: Path, reason: str) -> UserError:
    """The error of a checkpoint that a run cannot resume from."""
    return UserError(f"{path}: cannot be resumed from: {shortened(reason, 200)}; start over with resume=never")
