"""Loads a trained system for use."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from wsed.checks.files import exists
from wsed.config.instantiate import instantiate
from wsed.config.trust import check_described
from wsed.errors import UserError
from wsed.inference.export.formats import missing
from wsed.inference.model import Model
from wsed.postprocessing.base import Postprocessing
from wsed.runs.checkpoints import find_checkpoint
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.systems.card import ModelCard
from wsed.training.trainer import resolve_precision


def load(path: str | Path, device: str = "auto", allowed: Sequence[str] = ()) -> Model:
    """A trained system, ready to be used on recordings.

    Args:
        path: folder of a run, a `.ckpt` file, or an `.onnx` file of `wsed export`.
        device: `cpu`, `cuda`, ...; `auto` for a GPU if there is one.
        allowed: modules or packages besides wsed whose classes the file may name.

    Raises:
        UserError: the file is neither a checkpoint nor an export of wsed, it names a class that is not allowed, or the
            device cannot be used.
    """
    file = Path(path)
    if file.suffix == ".onnx":
        return _load_onnx(file, device, allowed)
    if file.suffix == ".pt":
        raise UserError(f"{file}: is for programs without wsed; give the run, its checkpoint, or an export to ONNX")
    checkpoint, run = find_checkpoint(file)
    system = System.load(checkpoint, _device(device), allowed)
    card = card_of(system, checkpoint)
    described = card.postprocessing
    if described is None and run is not None and exists(run.postprocessing_path):
        described = _of_run(run, allowed)
    postprocessing = described_postprocessing(described, system.labels, checkpoint)
    with checkpoint.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return Model(system, postprocessing, card.clip_seconds, resolve_precision("auto"), digest=digest)


def _device(name: str) -> torch.device:
    """The device of a name, or the one that is there.

    Raises:
        UserError: this machine has no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    # PyTorch tells what is wrong by errors of several classes, in many lines.
    except Exception as error:
        raise UserError(f"--device {name}: cannot be used here; give cpu, cuda or auto") from error
    return device


def card_of(system: System, checkpoint: Path) -> ModelCard:
    """The card of a system that was read from a checkpoint.

    Raises:
        UserError: it has none.
    """
    if system.card is None:
        raise UserError(f"{checkpoint}: has no card of a model, as an earlier version of wsed wrote it; train it again")
    return system.card


def _load_onnx(path: Path, device: str, allowed: Sequence[str]) -> Model:
    try:
        from wsed.inference.export.onnx_system import read_onnx
    except ModuleNotFoundError as error:
        raise missing(error) from error
    read = read_onnx(path, device, allowed)
    card = read.facts.card
    postprocessing = described_postprocessing(card.postprocessing, read.facts.labels, path)
    return Model(read.system, postprocessing, card.clip_seconds, digest=read.digest)


def described_postprocessing(described: Mapping[str, Any] | None, labels: Sequence[str], file: Path) -> Postprocessing:
    """The post-processing that a file describes, checked.

    Args:
        described: its class and arguments; None if the file has none.
        labels: event classes of the system.
        file: the file, for messages.

    Raises:
        UserError: the file has none, or one that does not fit.
    """
    if described is None:
        raise UserError(f"{file}: was not tested, so its thresholds are not known; let the run end, or give another")
    postprocessing: Any = instantiate(described)
    if not isinstance(postprocessing, Postprocessing):
        raise UserError(f"{file}: its post-processing has no values yet; train it again")
    try:
        postprocessing.check_labels(labels)
    except UserError as error:
        raise UserError(f"{file}: {error}") from error
    return postprocessing


def _of_run(run: RunFolder, allowed: Sequence[str]) -> dict[str, Any]:
    """The post-processing that another checkpoint of the run was tested with."""
    described = run.postprocessing()
    check_described({"postprocessing": described}, run.postprocessing_path, allowed)
    return described
