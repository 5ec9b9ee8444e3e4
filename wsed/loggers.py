"""Where curves go besides `metrics.csv`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import wandb
from pytorch_lightning.loggers import WandbLogger


class Wandb:
    """A Weights & Biases run of its own for each training.

    Online where an API key is set (`WANDB_API_KEY`), otherwise offline, and `WANDB_MODE` decides where it is set.

    Args:
        project: runs of one project are compared on one page.
        group: runs of one sweep share it.
    """

    def __init__(self, project: str, group: str) -> None:
        self.project = project
        self.group = group

    def start(self, name: str, identity: str, folder: Path, config: Mapping[str, Any]) -> WandbLogger:
        """Opens the run.

        Args:
            name: shown in lists.
            identity: of the run, which is its id.
            folder: of the run; offline files go to `wandb/` in it.
            config: the composed config.
        """
        mode = os.environ.get("WANDB_MODE") or ("online" if os.environ.get("WANDB_API_KEY") else "offline")
        settings = wandb.Settings(
            mode=mode,  # type: ignore[arg-type]  # W&B checks the words of WANDB_MODE
            silent=mode == "offline",
            console="off",
        )
        run = wandb.init(
            project=self.project,
            group=self.group,
            name=name,
            id=identity,
            resume="allow",
            dir=str(folder),
            config=dict(config),
            settings=settings,
        )
        return WandbLogger(experiment=run)

    def finish(self, failed: bool) -> None:
        """Closes the run, so that the next one of this process gets its own."""
        wandb.finish(exit_code=int(failed))
