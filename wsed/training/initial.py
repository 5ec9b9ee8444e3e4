"""The initial weights of a run that continues from a trained system, also for other classes."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from wsed.errors import UserError
from wsed.runs.checkpoints import find_checkpoint
from wsed.systems.base import System
from wsed.systems.checkpoint import Checkpoint, read_checkpoint

SHARED = ("features.", "network.")
"""Names of the weights that do not depend on the classes begin so."""


def start_from(system: System, path: str) -> str:
    """Copies the weights of a trained system: features and network, and the rest if the classes are the same.

    Args:
        system: the new system, in place.
        path: folder of a run, or a `.ckpt` file.

    Returns:
        What was copied, in one line.

    Raises:
        UserError: the file is not a checkpoint of wsed, or has other features or another network.
    """
    checkpoint = read_checkpoint(find_checkpoint(Path(path))[0])
    _check_features(system, checkpoint, path)
    same = list(checkpoint.description["labels"]) == list(system.labels)
    weights = _copied(checkpoint.weights, same)
    own = _copied(system.state_dict(), same)
    _check_shapes(own, weights, path)
    system.load_state_dict(weights, strict=False)
    if same:
        return f"{checkpoint.path}: all weights start from it"
    return f"{checkpoint.path}: features and network start from it; the head is new, because the classes are others"


def _copied(weights: Mapping[str, Tensor], same: bool) -> dict[str, Tensor]:
    """What a run takes over: never the state of a schedule, and the head only if the classes are the same."""
    taken = {name: value for name, value in weights.items() if not name.startswith("schedule.")}
    return {name: value for name, value in taken.items() if same or name.startswith(SHARED)}


def _check_features(system: System, checkpoint: Checkpoint, path: str) -> None:
    theirs, own = checkpoint.description["features"], system.description["features"]
    for name in sorted({*theirs, *own}):
        if theirs.get(name) != own.get(name):
            raise UserError(
                f"init={path}: was trained with features.{name}={theirs.get(name)}, and this run has {own.get(name)}; "
                "set it to the same"
            )


def _check_shapes(own: Mapping[str, Tensor], weights: Mapping[str, Tensor], path: str) -> None:
    for name in sorted({*own, *weights}):
        shapes = [tuple(each[name].shape) if name in each else "nothing" for each in (own, weights)]
        if shapes[0] != shapes[1]:
            raise UserError(
                f"init={path}: has {shapes[1]} for {name}, where this run has {shapes[0]}; choose the same model, "
                "network and pooling"
            )
