"""Estimates the memory that a training will need, before the data are read."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from wsed.checks.memory import check_memory
from wsed.data.datamodules.base import ClipDataModule
from wsed.errors import UserError
from wsed.systems.base import System
from wsed.training.build import build_system
from wsed.training.runtime import Runtime
from wsed.training.trainer import resolve_precision

FLOAT = 4
"""Bytes of a number in single precision."""
PROBE_FRAMES = 4
"""Number of frames by which the memory per frame is measured; a recurrent network takes time for each."""
PROBE_CLIPS = 2
"""Number of clips of that measurement."""
STATES = 4
"""Numbers for each parameter: itself, its gradient, and the two averages of Adam."""


def check_training_memory(config: Mapping[str, Any], runtime: Runtime, data: ClipDataModule) -> None:
    """Refuses a config whose training would not fit into memory.

    The estimate is on the low side: it counts the parameters, the activations that the gradient needs, and one batch of
    waveforms with their sources.

    Args:
        config: config of the run.
        runtime: devices.
        data: data, which need not have been read.

    Raises:
        UserError: it would not fit; the message has the figures.
    """
    system = _shapes(config)
    if system is None:
        return
    parameters = sum(parameter.numel() for parameter in system.parameters())
    gpu = torch.cuda.get_device_properties(0).total_memory if runtime.uses_gpu() else None
    check_memory(STATES * FLOAT * parameters, "the network", "make it smaller (network.widths)", gpu)
    if data.clip_seconds is None:
        return
    samples = round(data.clip_seconds * system.features.sample_rate)
    share = data.batch_size / runtime.world_size()
    activations = activation_bytes(system) * system.features.frames(samples) * share
    if resolve_precision(config["precision"]).startswith("bf16"):
        activations /= 2
    waveforms = FLOAT * samples * share * (len(system.labels) + 2)
    check_memory(
        STATES * FLOAT * parameters + activations + waveforms,
        f"a batch of {data.batch_size} clips of {data.clip_seconds:g} s",
        "lower data.batch_size, the length of the clips, or network.widths",
        gpu,
    )


def _shapes(config: Mapping[str, Any]) -> System | None:
    """The system with shapes alone; None for one with parts from elsewhere that need numbers to be built."""
    try:
        with torch.device("meta"):
            return build_system(config)
    except UserError:
        raise
    except Exception:
        return None


def activation_bytes(system: System) -> float:
    """Bytes that training keeps for the gradient, for each clip and each frame of the features.

    Args:
        system: a system on the device `meta`, whose tensors have shapes and no data.
    """
    frames = PROBE_FRAMES * system.network.time_reduction
    # The difference, because copies of weights do not grow with the clip.
    return (_kept_bytes(system, 2 * frames) - _kept_bytes(system, frames)) / (PROBE_CLIPS * frames)


def _kept_bytes(system: System, frames: int) -> int:
    """Bytes that a forward pass over clips of so many frames keeps, besides the parameters."""
    kept: dict[int, int] = {}
    alive: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage._cdata] = storage.nbytes()
        alive.append(tensor)
        return tensor

    system.train()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), torch.device("meta"):
        system.predict(torch.zeros(PROBE_CLIPS, frames, system.features.bands))
    own = {parameter.untyped_storage()._cdata for parameter in system.parameters()}
    return sum(size for storage, size in kept.items() if storage not in own)
