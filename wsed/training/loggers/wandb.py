"""Weights & Biases."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import wandb
from pytorch_lightning.loggers import WandbLogger

from wsed.checks.names import shortened
from wsed.checks.ranges import ListOrEmpty, Tag, Text
from wsed.errors import one_line
from wsed.runs.planned_run import PlannedRun
from wsed.runs.wandb_run import open_run, staged_beside
from wsed.training.loggers.base import RunLogger

TAGGED = ("experiment", "model", "pooling", "data")
"""Config groups whose choices are tags."""

LONGEST_NAME, LONGEST_TAG = 128, 64
"""Characters that W&B accepts."""


class Wandb(RunLogger):
    """A Weights & Biases run for each training: a copy of what its folder has.

    If W&B breaks down, the training goes on without it.

    Args:
        project: runs of one project are compared on one page.
        group: runs of one sweep share it.
        tags: further tags, besides the choices of `TAGGED`.
        checkpoint: whether to upload the tested checkpoint as an artifact.
    """

    def __init__(self, project: Text, group: Text, tags: ListOrEmpty[Tag], checkpoint: bool) -> None:
        self.project = project
        self.group = group
        self.tags = tags
        self.checkpoint = checkpoint

    def start(self, plan: PlannedRun, rows: Sequence[Mapping[str, float]]) -> WandbLogger:
        """See `RunLogger`. Logs `rows` again, because what an interrupted run logged offline may be lost."""
        self.plan = plan
        job_type = "sweep run" if plan.swept or "WANDB_SWEEP_ID" in os.environ else "train"
        tags = [*_tags(plan), *self.tags]
        name = display_name(plan)
        self.run = open_run(plan.path, self.project, self.group, name, job_type, plan.config, plan.identity, tags)
        self.run.define_metric("epoch")
        self.run.define_metric("*", step_metric="epoch")
        logger = _Curves(self.run)
        for row in rows:
            logger.log_metrics({key: value for key, value in row.items() if key != "step"}, int(row["step"]))
        return logger

    def finish(self, failed: bool) -> None:
        """See `RunLogger`. A run that did not fail also gets the tables, pictures and sounds of its folder."""
        if not failed and not self.run.disabled:
            with _optional("its tables, pictures and sounds"), staged_beside(self.run):
                self._copy()
        with _optional("the end of its log"):
            try:
                wandb.finish(exit_code=int(failed))
            except ConnectionError:
                # W&B's helper process is dead; the next run of this process gets a new one.
                with suppress(ConnectionError):
                    wandb.teardown()
                raise

    def _copy(self) -> None:
        # Imported here because it takes a second to load, and a run that is refused does not need it.
        from wsed.reports.wandb_media import run_media

        media, left_out = run_media(self.plan.folder)
        for reason in left_out:
            _warn(reason)
        self.run.log(media)
        path = self.plan.folder.tested_checkpoint() if self.checkpoint else None
        if path:
            self.run.log_artifact(self._artifact(path))

    def _artifact(self, checkpoint: Path) -> wandb.Artifact:
        config, results = self.plan.config, self.plan.folder.results()
        metadata = {
            "labels": results["labels"],
            "sample_rate": config["data"]["sample_rate"],
            "validation": results["validation"],
        }
        artifact = wandb.Artifact(f"checkpoint-{self.plan.identity}", "model", metadata=metadata)
        # Immutable, because W&B copies files that may change to the home folder first.
        artifact.add_file(str(checkpoint.absolute()), policy="immutable")
        return artifact


class _Curves(WandbLogger):
    """Curves in an open run."""

    def __init__(self, run: wandb.Run) -> None:
        super().__init__(experiment=run)
        self.broken = False

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Adds a row, unless W&B has broken down."""
        if not self.broken:
            self.broken = True
            with _optional("further curves"):
                super().log_metrics(metrics, step)
                self.broken = False


def display_name(plan: PlannedRun) -> str:
    """The experiment and what distinguishes the run from others of its sweep or folder: `jsc pooling=gap,seed=2`."""
    keys = {key.lstrip("+") for key in plan.swept}
    words = [word.lstrip("+") for word in plan.overrides if word.lstrip("+").partition("=")[0] in keys]
    distinction = ",".join(words) or plan.path.name.removesuffix(plan.identity).rstrip("-")
    return shortened(f"{plan.config['name']} {distinction}".strip(), LONGEST_NAME)


def _tags(plan: PlannedRun) -> list[str]:
    return [shortened(f"{group}={plan.choices[group]}", LONGEST_TAG) for group in TAGGED if plan.choices.get(group)]


@contextmanager
def _optional(part: str) -> Iterator[None]:
    """Goes on if W&B breaks down in the block, and says so: W&B is a copy, and the run does not depend on it."""
    try:
        yield
    # Whatever W&B raises: its errors have no common base.
    except Exception as error:
        _warn(f"lacks {part} ({type(error).__name__}: {error}); the run itself does not")


def _warn(reason: str) -> None:
    print(f"wsed: W&B: {one_line(reason)}", file=sys.stderr, flush=True)
