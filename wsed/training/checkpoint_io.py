"""Atomic writing of checkpoints."""

from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins.io import TorchCheckpointIO

from wsed.atomic import atomic_write


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes checkpoints atomically: the previous checkpoint stays until the new one is complete."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(target) as partial, partial.open("wb") as file:
            torch.save(checkpoint, file)
