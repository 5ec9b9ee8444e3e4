"""Logs a comparison as a separate Weights & Biases run, beside the runs that it compares."""

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import wandb

from wsed.checks.files import exists
from wsed.reports.runs import Run, left_out
from wsed.reports.score_table import score_table
from wsed.reports.seed_table import seed_table
from wsed.runs.wandb_run import open_run, staged_beside

PROJECT = "wsed"
"""Project of a report on runs that were not logged to W&B."""


def log_comparison(runs: Sequence[Run], folder: Path) -> str:
    """Logs the tables of `comparison.csv` and `comparison.md` as `runs` and `over_seeds`.

    Args:
        runs: the runs to compare.
        folder: folder of the comparison; offline files go to its subfolder `wandb/`.

    Returns:
        A line that says where the W&B run is.

    Raises:
        UserError: W&B refuses or cannot be reached.
    """
    project, group = project_and_group(runs)
    columns, rows = score_table(runs)
    seeds = seed_table(runs)
    config = {"runs": [str(run.folder.path) for run in runs]}
    with open_run(folder, project, group, f"report {group}", "report", config) as opened:
        opened.notes = seeds.note
        with staged_beside(opened):
            opened.log(
                {
                    "runs": wandb.Table(columns=[*columns], data=[[_cell(value) for value in row] for row in rows]),
                    "over_seeds": wandb.Table(columns=["run", *seeds.headers], data=[*seeds.rows]),
                }
            )
    if opened.disabled:
        return "WANDB_MODE=disabled: nothing went to W&B"
    if opened.offline:
        path = Path(opened.dir).parent
        return f"{path}: the tables for W&B; `{shlex.join(['wandb', 'sync', str(path)])}` uploads them"
    return f"{opened.url}: the tables in W&B"


def project_and_group(runs: Sequence[Run]) -> tuple[str, str]:
    """The project and the group of the first run that was logged to W&B, else `wsed` and the first experiment's name.

    A damaged `config.yaml` is passed over.
    """
    for run in runs:
        with left_out(run):
            logger = (run.folder.config() if exists(run.folder.config_path) else {}).get("logger") or {}
            if {"project", "group"} <= logger.keys():
                return str(logger["project"]), str(logger["group"])
    return PROJECT, next((run for run in runs if run.results), runs[0]).name


def _cell(value: Any) -> Any:
    """A value for a table of W&B, in which a column has one type and a missing value is None."""
    if isinstance(value, float) and math.isnan(value):
        return None
    return float(value) if isinstance(value, int) else value
