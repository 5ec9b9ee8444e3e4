"""Loads a trained system for use."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from wsed.checks.files import exists
from wsed.config.instantiate import instantiate
from wsed.config.trust import check_described
from wsed.errors import UserError
from wsed.inference.model import Model
from wsed.postprocessing.base import Postprocessing
from wsed.runs.checkpoints import find_checkpoint
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.training.trainer import resolve_precision


def load(path: str | Path, device: str = "auto", allowed: Sequence[str] = ()) -> Model:
    """A trained system, ready to be used on recordings.

    Args:
        path: folder of a run, or a `.ckpt` file.
        device: `cpu`, `cuda`, ...; `auto` for a GPU if there is one.
        allowed: modules or packages besides wsed whose classes the file may name.

    Raises:
        UserError: the file is not a checkpoint of wsed, or names a class that is not allowed.
    """
    checkpoint, run = find_checkpoint(Path(path))
    chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    system = System.load(checkpoint, chosen, allowed)
    if system.card is None:
        raise UserError(f"{checkpoint}: has no card of a model, as an earlier version of wsed wrote it; train it again")
    described = system.card.postprocessing
    if described is None and run is not None and exists(run.postprocessing_path):
        described = _of_run(run, allowed)
    if described is None:
        raise UserError(
            f"{checkpoint}: was not tested, so its thresholds are not known; let the run end, or give another"
        )
    postprocessing: Any = instantiate(described)
    if not isinstance(postprocessing, Postprocessing):
        raise UserError(f"{checkpoint}: its post-processing has no values yet; train it again")
    postprocessing.check_labels(system.labels)
    with checkpoint.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Model(system, postprocessing, system.card.clip_seconds, resolve_precision("auto"), digest=digest)


def _of_run(run: RunFolder, allowed: Sequence[str]) -> dict[str, Any]:
    """The post-processing that another checkpoint of the run was tested with."""
    described = run.postprocessing()
    check_described({"postprocessing": described}, run.postprocessing_path, allowed)
    return described
