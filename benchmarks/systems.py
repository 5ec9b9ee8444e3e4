"""The systems that benchmarks measure, as their experiments describe them, with batches of generated sounds."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.flops import flops
from benchmarks.settings import Settings
from wsed.config import composed
from wsed.config.instantiate import instantiate
from wsed.data.batch import Batch
from wsed.data.datamodules.base import ClipDataModule
from wsed.systems.base import System
from wsed.training.build import build_system

SYSTEMS = ("jsc", "mtl", "vgg_gwrp", "gated_crnn", "strong_weak")
"""Experiments, one for each of the papers' systems."""
CPU_CLIPS = 4
"""Clips of a batch on a CPU; on a GPU, a batch is that of the experiment."""


@dataclass(frozen=True)
class Case:
    """A system with a batch.

    Attributes:
        config: the config of its experiment.
        system: on the device, in training mode.
        batch: on the device, rendered as in training.
    """

    config: dict[str, Any]
    system: System
    batch: Batch

    @property
    def clips(self) -> int:
        """The number of clips in the batch."""
        return len(self.batch.filenames)


def config_of(experiment: str, settings: Settings, *more: str) -> dict[str, Any]:
    """The config of an experiment on generated sounds.

    Args:
        experiment: a choice of `conf/experiment`.
        settings: `small` shortens the clips; the device decides the size of a batch.
        more: further overrides.
    """
    words = [f"experiment={experiment}", "runtime.progress_bar=false", "logger=csv"]
    words.append(f"runtime.accelerator={'gpu' if settings.device == 'cuda' else 'cpu'}")
    if settings.small:
        words += ["mixing=jsc", "mixing.duration=2.0", "data.batch_size=2", "data.soundbank.recordings=4"]
    elif settings.device == "cpu":
        words.append(f"data.batch_size={CPU_CLIPS}")
    return composed(*words, *more)


def data_of(config: dict[str, Any], system: System) -> ClipDataModule:
    """The data of a config, ready for training."""
    data: ClipDataModule = instantiate(config["data"]["module"])
    data.trains_on_sources = system.loss.needs_sources
    data.setup()
    return data


def case(experiment: str, settings: Settings, *more: str) -> Case:
    """An untrained system and the first batch of its training."""
    torch.manual_seed(0)
    config = config_of(experiment, settings, *more)
    system = build_system(config)
    batch = next(batches(data_of(config, system)))
    device = torch.device(settings.device)
    return Case(config, system.to(device).train(), batch.to(device))


def batches(data: ClipDataModule) -> Iterator[Batch]:
    """The training batches of an epoch, on the CPU."""
    yield from data.train_dataloader()


def optimizer_of(system: System) -> torch.optim.Optimizer:
    """The optimizer of its experiment."""
    return system.make_optimizer(params=system.parameters())


def autocast(device: str, kind: str) -> AbstractContextManager[object]:
    """The context of a step in `fp32`, `tf32` or `bf16`, as Lightning's."""
    return torch.autocast(device, torch.bfloat16, enabled=kind == "bf16")


def network_flops(config: dict[str, Any], clips: int) -> int:
    """Operations of the network, forward and backward, for so many clips.

    Counted on tensors without data. Products of matrices and convolutions are counted; features, norms, gates and
    pooling are not.
    """
    with torch.device("meta"):
        system = build_system(config).train()
    samples = round(config["mixing"]["duration"] * system.features.sample_rate)
    features = torch.zeros(2, system.features.frames(samples), system.features.bands, device="meta")

    def run() -> None:
        with torch.device("meta"):
            system.predict(features).clip_probs.sum().backward()  # type: ignore[no-untyped-call]

    return flops(run) * clips // 2


def bare_forward(system: System, features: Tensor) -> Tensor:
    """The output of network and head alone, one number, for a backward pass."""
    logits: Tensor = system.head(system.network(features))  # type: ignore[operator]  # every system here has one
    return logits.float().mean()
