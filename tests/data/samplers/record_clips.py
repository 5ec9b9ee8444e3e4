"""Trains on one or two devices, and records the clips of each. As a script, on two: FOLDER SAMPLER."""

import json
import sys
from pathlib import Path

from wsed.imports import quick_imports

with quick_imports():
    import numpy as np
    import pytorch_lightning as pl
    import torch

    from wsed.data.batch import Batch
    from wsed.data.datamodules.mixtures import MixtureDataModule
    from wsed.data.mixing.single_event import SingleEvent
    from wsed.data.samplers.balanced import Balanced
    from wsed.data.samplers.shuffled import Shuffled
    from wsed.data.soundbanks.base import Recording, Soundbank


class Noises:
    """A loader of noises."""

    def load(self) -> Soundbank:
        rng = np.random.default_rng(0)
        noises = [torch.from_numpy(rng.normal(0, 0.1, 4000)).float() for _ in range(6)]
        events = [Recording(f"e{n}", "ab"[n % 2], 1 + n // 2, f"e{n}", noise) for n, noise in enumerate(noises[:4])]
        scenes = [Recording(f"s{n}", "street", 1 + n, f"s{n}", noise) for n, noise in enumerate(noises[4:])]
        return Soundbank(8000, ("a", "b"), tuple(events), tuple(scenes))


class Listener(pl.LightningModule):
    """Records the clips it is trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.heard: list[list[str]] = []

    def training_step(self, batch: Batch, batch_index: int) -> torch.Tensor:
        self.heard.append(batch.filenames)
        return self.weight * 0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def record(folder: Path, sampler: str, devices: int) -> None:
    """Trains, and writes the clips of each batch to `RANK.json`."""
    data = MixtureDataModule(
        soundbank=Noises(),
        recipe=SingleEvent(0.5, [0.0, 0.0], {"background": 1, "event": 1, "mixture": 1}),
        folds={"train": [1], "val": [], "test": [2]},
        clips={"train": 13, "val": 0, "test": 2},
        batch_size=4,
        sampler=Balanced(5, 3) if sampler == "balanced" else Shuffled(),
        num_workers=0,
        seed=0,
        shuffle_seed=1,
    )
    trainer = pl.Trainer(
        max_epochs=2,
        accelerator="cpu",
        devices=devices,
        strategy="ddp" if devices > 1 else "auto",
        use_distributed_sampler=False,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    listener = Listener()
    trainer.fit(listener, datamodule=data)
    (folder / f"{trainer.global_rank}.json").write_text(json.dumps(listener.heard))


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[2], 2)
