"""Opens runs of Weights & Biases, for trainings and for comparisons."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydantic
import wandb
from wandb.env import DATA_DIR

from wsed.errors import UserError

LONGEST_UPLOAD = 900.0
"""Seconds that the end of a run waits for what is not uploaded yet; without a limit, it would keep its GPU for days."""


def open_run(
    folder: Path,
    project: str,
    group: str,
    name: str,
    job_type: str,
    config: Mapping[str, Any],
    identity: str | None = None,
    tags: Sequence[str] = (),
) -> wandb.Run:
    """Opens a Weights & Biases run; `wandb.finish` closes it.

    The run is online where an API key is set (`WANDB_API_KEY`) and offline otherwise, unless `WANDB_MODE` decides.

    Args:
        folder: an existing folder; offline files go to its subfolder `wandb/`.
        project: runs of one project are compared on one page.
        group: group of runs in that project.
        name: name shown in lists.
        job_type: such as `train` or `report`.
        config: config to show, plain values.
        identity: id of the run, or None for a new one. If W&B has a run with this id already, that run starts over:
            appending would duplicate its curves.
        tags: what runs can be filtered by, each at most 64 characters long.

    Raises:
        UserError: W&B refuses, or cannot be reached.
    """
    mode = os.environ.get("WANDB_MODE") or ("online" if os.environ.get("WANDB_API_KEY") else "offline")
    try:
        settings = wandb.Settings(
            mode=mode,  # type: ignore[arg-type]  # W&B checks the words of WANDB_MODE
            silent=mode == "offline",
            console="off",
            finish_timeout=LONGEST_UPLOAD,
            finish_timeout_raises=True,
        )
        return wandb.init(
            project=project,
            group=group,
            name=name,
            job_type=job_type,
            tags=list(dict.fromkeys(tags)),
            # An agent of a sweep has given the run an id already.
            id=None if "WANDB_SWEEP_ID" in os.environ else identity,
            # Absolute: a helper process of W&B writes there, and may have another working directory.
            dir=str(folder.absolute()),
            config=dict(config),
            settings=settings,
        )
    except (wandb.Error, pydantic.ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, pydantic.ValidationError) else str(error)
        raise UserError(f"W&B, WANDB_MODE={mode}: {reason.rstrip('.')}; WANDB_MODE=offline needs no server") from error


@contextmanager
def staged_beside(run: wandb.Run) -> Iterator[None]:
    """Lets tables and artifacts wait for their upload in the folder of the run, unless `WANDB_DATA_DIR` is set.

    W&B's own place for them is the home folder, which a compute node may not have or share.

    Args:
        run: the open run that they are logged to.
    """
    if DATA_DIR in os.environ:
        yield
        return
    os.environ[DATA_DIR] = str(Path(run.dir).parent)
    try:
        yield
    finally:
        del os.environ[DATA_DIR]
