"""Where curves go besides `metrics.csv`."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pydantic
import wandb
from pytorch_lightning.loggers import WandbLogger

from wsed.errors import UserError


def open_run(
    folder: Path,
    project: str,
    group: str,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    identity: str | None = None,
) -> wandb.Run:
    """Opens a Weights & Biases run; `wandb.finish` closes it.

    Online where an API key is set (`WANDB_API_KEY`), otherwise offline, and `WANDB_MODE` decides where it is set.

    Args:
        folder: that is there; offline files go to `wandb/` in it.
        project: runs of one project are compared on one page.
        group: of runs in that project.
        name: shown in lists.
        kind: the job type, `train` or `report`.
        config: plain values.
        identity: the id of the run. One that W&B knows is started anew: nothing is appended to what it has, which
            would double the curves. None for an id that no run has.

    Raises:
        UserError: W&B refuses, or cannot be reached.
    """
    mode = os.environ.get("WANDB_MODE") or ("online" if os.environ.get("WANDB_API_KEY") else "offline")
    try:
        settings = wandb.Settings(
            mode=mode,  # type: ignore[arg-type]  # W&B checks the words of WANDB_MODE
            silent=mode == "offline",
            console="off",
        )
        return wandb.init(
            project=project,
            group=group,
            name=name,
            job_type=kind,
            # An agent of a sweep has given the run an id already.
            id=None if "WANDB_SWEEP_ID" in os.environ else identity,
            dir=str(folder),
            config=dict(config),
            settings=settings,
        )
    except (wandb.Error, pydantic.ValidationError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, pydantic.ValidationError) else str(error)
        raise UserError(f"W&B, WANDB_MODE={mode}: {said.rstrip('.')}; WANDB_MODE=offline needs no server") from error


class Wandb:
    """A Weights & Biases run of its own for each training.

    Args:
        project: runs of one project are compared on one page.
        group: runs of one sweep share it.
    """

    def __init__(self, project: str, group: str) -> None:
        self.project = project
        self.group = group

    def start(
        self,
        name: str,
        identity: str,
        folder: Path,
        config: Mapping[str, Any],
        curves: Sequence[Mapping[str, float]],
    ) -> WandbLogger:
        """Opens the run.

        Args:
            name: shown in lists.
            identity: of the run, which is its id.
            folder: of the run.
            config: the composed config.
            curves: rows of `metrics.csv` from before the run was stopped. They are logged again, so that this run is
                whole: one that was killed offline may have nothing on disk.

        Raises:
            UserError: W&B refuses, or cannot be reached.
        """
        run = open_run(folder, self.project, self.group, name, "train", config, identity)
        run.define_metric("epoch")
        run.define_metric("*", step_metric="epoch")
        logger = WandbLogger(experiment=run)
        for row in curves:
            logger.log_metrics({key: value for key, value in row.items() if key != "step"}, int(row["step"]))
        return logger

    def finish(self, failed: bool) -> None:
        """Closes the run, so that the next one of this process gets its own."""
        wandb.finish(exit_code=int(failed))
