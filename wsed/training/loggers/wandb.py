"""Weights & Biases."""

from collections.abc import Mapping, Sequence

import wandb
from pytorch_lightning.loggers import WandbLogger

from wsed.checks.ranges import Text
from wsed.runs.planned_run import PlannedRun
from wsed.runs.wandb_run import open_run
from wsed.training.loggers.base import RunLogger


class Wandb(RunLogger):
    """A Weights & Biases run for each training.

    Args:
        project: runs of one project are compared on one page.
        group: runs of one sweep share it.
    """

    def __init__(self, project: Text, group: Text) -> None:
        self.project = project
        self.group = group

    def start(self, plan: PlannedRun, rows: Sequence[Mapping[str, float]]) -> WandbLogger:
        """See `RunLogger`. Logs `rows` again, because what an interrupted run logged offline may be lost."""
        run = open_run(plan.path, self.project, self.group, plan.path.name, "train", plan.config, plan.identity)
        run.define_metric("epoch")
        run.define_metric("*", step_metric="epoch")
        logger = WandbLogger(experiment=run)
        for row in rows:
            logger.log_metrics({key: value for key, value in row.items() if key != "step"}, int(row["step"]))
        return logger

    def finish(self, failed: bool) -> None:
        wandb.finish(exit_code=int(failed))
