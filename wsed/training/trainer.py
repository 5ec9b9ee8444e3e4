"""Lightning's trainer for the devices that are there."""

import os
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.environments.cluster_environment import ClusterEnvironment
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.plugins.environments.slurm import SLURMEnvironment
from lightning_fabric.plugins.io import CheckpointIO
from pytorch_lightning.plugins import LayerSync

from wsed.config.instantiate import instantiate
from wsed.errors import UserError
from wsed.runs import slurm_job
from wsed.training.ddp import SyncBatchNorms

ALONE = {"devices": 1, "num_nodes": 1, "strategy": "auto"}
"""What makes a trainer of one device of one of several."""


def make_trainer(description: Mapping[str, Any], plugins: Sequence[CheckpointIO] = (), **more: Any) -> pl.Trainer:
    """The trainer of a config.

    Args:
        description: its `trainer`.
        plugins: for checkpoints.
        more: further arguments of the trainer.
    """
    together = description.get("strategy", "auto") != "auto"
    cluster: ClusterEnvironment = LightningEnvironment()
    if together and slurm_job.tasks() > 1:
        # Lightning's own requeueing would go on from, and test, weights of the moment of the signal.
        cluster = SLURMEnvironment(auto_requeue=False)
    norms: list[LayerSync] = [SyncBatchNorms()] if together else []
    exact = {**description, "precision": precision(description)}
    trainer: pl.Trainer = instantiate(exact, plugins=[cluster, *plugins, *norms], **more)
    return trainer


def check_devices(description: Mapping[str, Any]) -> None:
    """Counts what a config asks for.

    Raises:
        UserError: more devices than there are, or another number than Slurm has started tasks for.
    """
    asked = description["devices"]
    wanted = asked if isinstance(asked, int) else len(asked) if isinstance(asked, list) else 1
    gpus = torch.cuda.device_count()
    on_gpus = description["accelerator"] == "gpu" or (description["accelerator"] == "auto" and gpus > 0)
    there, kind = (gpus, "GPUs") if on_gpus else (os.cpu_count() or 1, "cores")
    started = slurm_job.tasks_per_node()
    if slurm_job.tasks() > 1 and "strategy" not in description:
        raise UserError(
            f"Slurm has started {slurm_job.tasks()} tasks, and trainer=default trains on one; add trainer=ddp_slurm"
        )
    if started > 1 and wanted != started:
        raise UserError(f"trainer.devices={asked}: Slurm has started {started} tasks on each machine; make them equal")
    if wanted > there and started == 1:
        raise UserError(f"trainer.devices={asked}: this machine has {there} {kind}; ask for {there} at most")


def check_compiler() -> None:
    """Looks for what torch.compile needs.

    Raises:
        UserError: it is not there.
    """
    compiler = os.environ.get("CXX", "g++")
    if not torch.cuda.is_available() and shutil.which(compiler) is None:
        raise UserError(f"compile=true: there is no C++ compiler ({compiler}) here; install one, or set CXX")


def precision(description: Mapping[str, Any]) -> str:
    """What a config's `auto` stands for on this machine, or what it says otherwise."""
    asked = str(description["precision"])
    return fast_precision() if asked == "auto" else asked


@cache
def fast_precision() -> str:
    """`bf16-mixed` where the processor or the GPU multiplies bfloat16 matrices in hardware, otherwise `32-true`."""
    if torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return "bf16-mixed" if fast else "32-true"
