"""A comparison as a Weights & Biases run of its own, beside the runs that it compares."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import wandb
import yaml

from wsed.errors import UserError
from wsed.reports.comparison import Run
from wsed.reports.over_seeds import group_runs, seed_table, table
from wsed.training.loggers.wandb import open_run

PROJECT = "wsed"
"""Of runs that were never in W&B."""


def log_comparison(runs: Sequence[Run], folder: Path) -> str:
    """Logs the tables of `comparison.csv` and `comparison.md` as `runs` and `over_seeds`.

    Args:
        runs: the compared ones.
        folder: offline files go to `wandb/` in it.

    Returns:
        A line that says where the run is.

    Raises:
        UserError: W&B refuses or cannot be reached, or a `config.yaml` is damaged.
    """
    project, group = home(runs)
    every, seeds = table(runs), seed_table(group_runs(runs))
    # W&B has columns of one type, in which None is the only gap.
    rows = [[None if pd.isna(cell) else cell for cell in row] for row in every.itertuples(index=False)]
    config = {"runs": [str(run.folder) for run in runs]}
    with open_run(folder, project, group, f"report {group}", "report", config) as opened:
        opened.notes = seeds.note
        opened.log(
            {
                "runs": wandb.Table(columns=list(every.columns), data=[*rows]),
                "over_seeds": wandb.Table(columns=["run", *seeds.headers], data=[*seeds.rows]),
            }
        )
    if opened.disabled:
        return "WANDB_MODE=disabled: nothing went to W&B"
    if opened.offline:
        path = Path(opened.dir).parent
        return f"{path}: the tables for W&B; `{shlex.join(['wandb', 'sync', str(path)])}` uploads them"
    return f"{opened.url}: the tables in W&B"


def home(runs: Sequence[Run]) -> tuple[str, str]:
    """Project and group of the first run that has them; for others `wsed`, and the name of the first experiment.

    Raises:
        UserError: a `config.yaml` is not YAML.
    """
    for run in runs:
        path = run.folder / "config.yaml"
        if not path.is_file():
            continue
        try:
            logger = yaml.safe_load(path.read_text(encoding="utf-8"))["logger"] or {}
        except (yaml.YAMLError, KeyError, TypeError) as error:
            raise UserError(f"{path}: is not the config of a run; train this run again") from error
        if "project" in logger:
            return logger["project"], logger["group"]
    return PROJECT, next((run for run in runs if run.results), runs[0]).name
