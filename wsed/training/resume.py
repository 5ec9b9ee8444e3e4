"""The checkpoint that a run resumes from, checked before anything is restored from it."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from wsed.errors import UserError
from wsed.systems.base import System
from wsed.training.loggers.metrics_csv import CurvesState, Row

TYPES = {
    "epoch": int,
    "global_step": int,
    "pytorch-lightning_version": str,
    "state_dict": dict,
    "loops": dict,
    "callbacks": dict,
    "optimizer_states": list,
    "lr_schedulers": list,
}
"""The entries of a checkpoint that Lightning restores."""


def resumed_rows(checkpoint: Path, system: System) -> list[Row]:
    """The rows of `metrics.csv` that a checkpoint holds.

    Args:
        checkpoint: the checkpoint.
        system: the system of the run, not yet trained.

    Raises:
        UserError: the checkpoint cannot be read, lacks an entry, or is of another system.
    """
    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        problem = _problem(content, system)
    except Exception as error:
        # torch.load has no error of its own for a damaged file.
        problem = f"cannot be read ({type(error).__name__})"
        raise _refused(checkpoint, problem) from error
    if problem:
        raise _refused(checkpoint, problem)
    rows: list[Row] = content["callbacks"][CurvesState.__name__]["rows"]
    return rows


def _refused(checkpoint: Path, problem: str) -> UserError:
    return UserError(f"{checkpoint}: {problem}; add resume=never to train this run from the beginning")


def _problem(content: Any, system: System) -> str | None:
    """What is wrong with a checkpoint, in words; None if nothing is."""
    if not isinstance(content, dict):
        return "is not a checkpoint of wsed"
    for key, expected in TYPES.items():
        if not isinstance(content.get(key), expected):
            return f"has no {key} that could be restored"
    weights, own = content["state_dict"], system.state_dict()
    if weights.keys() != own.keys():
        return "holds another system than the config describes"
    for name, value in weights.items():
        if not isinstance(value, Tensor) or value.shape != own[name].shape or not bool(value.isfinite().all()):
            return f"holds no usable {name}"
    rows = content["callbacks"].get(CurvesState.__name__, {}).get("rows")
    numbers = (int, float)
    if not isinstance(rows, list) or not all(isinstance(value, numbers) for row in rows for value in row.values()):
        return "has no training curves that could be restored"
    return None
