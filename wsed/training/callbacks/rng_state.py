"""States of the random number generators, kept in checkpoints."""

import random
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback


class RngState(Callback):
    """Saves the states of all random number generators, and restores them before the first epoch of a resumed run."""

    def __init__(self) -> None:
        self.loaded: dict[str, Any] = {}

    def state_dict(self) -> dict[str, Any]:
        name, keys, *rest = np.random.get_state(legacy=True)
        return {
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all(),
            "numpy": [name, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest],
            "python": random.getstate(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.loaded = dict(state_dict)

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not self.loaded:
            return
        torch.set_rng_state(self.loaded["torch"])
        if len(self.loaded["cuda"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(self.loaded["cuda"])
        name, keys, *rest = self.loaded["numpy"]
        np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
        version, numbers, gauss = self.loaded["python"]
        random.setstate((version, tuple(numbers), gauss))
        self.loaded = {}
