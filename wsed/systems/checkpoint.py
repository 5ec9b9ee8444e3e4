"""Reads checkpoints, which may come from anybody: nothing in them is executed, and nothing unbounded is allocated."""

import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wsed.checks.files import open_regular
from wsed.checks.names import shortened
from wsed.config.instantiate import PARTIAL, TARGET
from wsed.config.trust import check_described
from wsed.config.types import fits
from wsed.errors import UserError
from wsed.systems.card import ModelCard
from wsed.systems.parts import Parts

DESCRIPTION = "system"
"""Key of a checkpoint that holds the description of its system."""
CARD = "card"
WEIGHTS = "state_dict"
REQUIRED = {part.name for part in fields(Parts) if part.default_factory is MISSING}
"""Parts that a description must have."""


@dataclass(frozen=True)
class Checkpoint:
    """The content of a checkpoint.

    Attributes:
        path: its file.
        description: the system in plain Python, see `System.from_description`.
        weights: parameters and buffers by name.
        card: what its use needs besides; None in a checkpoint of an earlier version.
    """

    path: Path
    description: Mapping[str, Any]
    weights: Mapping[str, Tensor]
    card: ModelCard | None = None


def read_checkpoint(path: Path, device: str | torch.device = "cpu", allowed: Sequence[str] = ()) -> Checkpoint:
    """Reads a checkpoint and checks what it describes.

    Args:
        path: a `.ckpt` file.
        device: the device of the weights.
        allowed: modules or packages besides wsed whose classes the checkpoint may name.

    Raises:
        UserError: the file is not a checkpoint of wsed, names a class that it may not name, or has weights that are no
            finite numbers.
    """
    content = load_content(path, device)
    try:
        description, weights = content[DESCRIPTION], content[WEIGHTS]
        # The program completes the arguments of these two.
        partial = {PARTIAL: True}
        model, optimizer = {**description["system"], **partial}, {**description["optimizer"], **partial}
        named = {**description, "model": model, "optimizer": optimizer}
        del named["system"]
        if not isinstance(model[TARGET], str) or not isinstance(weights, Mapping) or REQUIRED - set(named):
            raise _refusal(path)
    except (KeyError, TypeError, IndexError) as error:
        raise _refusal(path) from error
    check_described(named, path, allowed)
    labels = named.get("labels")
    if not fits(labels, list[str]) and not fits(labels, tuple[str, ...]):
        raise UserError(f"{path}: labels is {shortened(repr(labels))}; it needs a list of texts")
    _check_numbers(path, weights)
    card = content.get(CARD)
    return Checkpoint(path, description, weights, None if card is None else ModelCard.from_plain(card, path, allowed))


def read_weights(path: Path, device: str | torch.device = "cpu") -> Mapping[str, Tensor]:
    """The parameters and buffers of a checkpoint, by name.

    Raises:
        UserError: the file is not a checkpoint of wsed, or has weights that are no finite numbers.
    """
    content = load_content(path, device)
    weights = content.get(WEIGHTS) if isinstance(content, Mapping) else None
    if not isinstance(weights, Mapping):
        raise _refusal(path)
    _check_numbers(path, weights)
    return weights


def load_content(path: Path, device: str | torch.device = "cpu") -> Any:
    """What a checkpoint holds: tensors and plain values. Nothing in it is executed.

    Raises:
        UserError: the file is not a checkpoint.
    """
    try:
        with open_regular(path) as file:
            # torch.save never compresses, and a compressed file could be of any size.
            entries = zipfile.ZipFile(file).infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise _refusal(path)
            file.seek(0)
            with warnings.catch_warnings(action="ignore"):
                return torch.load(file, map_location=device, weights_only=True)
    except (UserError, MemoryError):
        raise
    except Exception as error:
        raise _refusal(path) from error


def check_weights(path: Path, module: nn.Module, weights: Mapping[str, Any]) -> None:
    """Checks that weights are those of a module: the same names, shapes and types.

    Args:
        path: file of the weights, for messages.
        module: the module, which may have shapes alone (device `meta`).
        weights: by name.

    Raises:
        UserError: they are not.
    """
    own = module.state_dict()
    cure = "give a checkpoint of this system"
    missing = next((name for name in own if name not in weights), None)
    other = next((name for name in weights if name not in own), None)
    if missing or other:
        problem = f"has no weights {missing}" if missing else f"has other weights, {shortened(str(other))}"
        raise UserError(f"{path}: {problem}; {cure}")
    for name, tensor in own.items():
        given = weights[name]
        if not isinstance(given, Tensor):
            raise UserError(f"{path}: {name} is no tensor; {cure}")
        if given.shape != tensor.shape or given.dtype != tensor.dtype:
            shapes = [f"{str(each.dtype).removeprefix('torch.')} {list(each.shape)}" for each in (given, tensor)]
            raise UserError(f"{path}: {name} is {shortened(shapes[0])} instead of {shapes[1]}; {cure}")


def _check_numbers(path: Path, weights: Mapping[str, Any]) -> None:
    for name, tensor in weights.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor) or tensor.layout != torch.strided:
            raise _refusal(path)
        # A tensor with few numbers may claim any shape by strides of 0.
        if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            raise _refusal(path)
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise UserError(f"{path}: {shortened(name)} has numbers that are not finite; give another checkpoint")


def _refusal(path: Path) -> UserError:
    return UserError(f"{path}: is not a checkpoint of wsed; give a file of RUN/checkpoints/")
