"""Lightning's trainer for a config and a runtime."""

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
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.plugins import LayerSync

from wsed.checks.names import shortened
from wsed.config.instantiate import instantiate
from wsed.data.datamodules.base import ClipDataModule
from wsed.errors import UserError
from wsed.runs import slurm_job
from wsed.training.callbacks.keep_signals import KeepSignals
from wsed.training.callbacks.progress_bar import ProgressBar
from wsed.training.ddp import Ddp
from wsed.training.runtime import Runtime
from wsed.training.sync_batch_norm import SyncBatchNorms


def make_trainer(
    config: Mapping[str, Any],
    runtime: Runtime,
    callbacks: Sequence[Callback] = (),
    plugins: Sequence[CheckpointIO] = (),
    **more: Any,
) -> pl.Trainer:
    """The trainer of a run.

    Args:
        config: config of the run; its `trainer` and `precision` are read.
        runtime: devices, and whether progress is shown.
        callbacks: besides the progress bar.
        plugins: for checkpoints.
        more: further arguments of Lightning's trainer.
    """
    together = runtime.strategy == "ddp"
    cluster: ClusterEnvironment = LightningEnvironment()
    if together and slurm_job.tasks() > 1:
        # Lightning's own requeueing would resume from, and test, the weights at the moment of the signal.
        cluster = SLURMEnvironment(auto_requeue=False)
    norms: list[LayerSync] = [SyncBatchNorms()] if together else []
    bars = [ProgressBar()] if runtime.progress_bar else []
    trainer: pl.Trainer = instantiate(
        config["trainer"],
        **runtime.trainer_arguments(),
        strategy=Ddp(config, runtime.process_group_backend) if together else "auto",
        precision=resolve_precision(config["precision"]),
        # The samplers of wsed.data share clips among devices themselves.
        use_distributed_sampler=False,
        callbacks=[KeepSignals(), *callbacks, *bars],
        plugins=[cluster, *plugins, *norms],
        **more,
    )
    return trainer


def check_trainer(config: Mapping[str, Any], runtime: Runtime, callbacks: Sequence[Callback]) -> None:
    """Checks that Lightning accepts the arguments of the trainer, and the callbacks.

    Raises:
        UserError: it does not.
    """
    try:
        make_trainer(config, runtime, callbacks, logger=False)
    except (MisconfigurationException, TypeError, ValueError) as error:
        raise UserError(f"trainer: {shortened(' '.join(str(error).split()), 300)}") from error


def check_batches(config: Mapping[str, Any], runtime: Runtime, data: ClipDataModule) -> None:
    """Checks that every epoch has batches, and that the devices can share them.

    Args:
        config: config of the run; its `trainer` is read.
        runtime: devices.
        data: data after `setup`.

    Raises:
        UserError: a limit leaves no batch, or a batch cannot be shared.
    """
    devices = runtime.world_size() if runtime.strategy == "ddp" else 1
    if data.batch_size % devices:
        raise UserError(f"data.batch_size={data.batch_size}: is not a multiple of the {devices} devices")
    arguments = config["trainer"]
    counts = {split: -(-len(clips) // data.batch_size) for split, clips in data.datasets.items()}
    for split, count in counts.items():
        for name in (f"limit_{split}_batches", *(["overfit_batches"] if split == "train" else [])):
            limit = arguments.get(name)
            if isinstance(limit, float) and limit and int(count * limit) == 0:
                raise UserError(
                    f"trainer.{name}={limit:g}: leaves none of the {count} batches; give at least {1 / count:.2g}"
                )
    limit, interval = arguments.get("limit_train_batches"), arguments.get("val_check_interval")
    batches = min(counts["train"], limit) if isinstance(limit, int) else int(counts["train"] * (limit or 1))
    if isinstance(interval, int) and interval > batches and arguments.get("check_val_every_n_epoch", 1) is not None:
        raise UserError(
            f"trainer.val_check_interval={interval}: an epoch has only {batches} batches; give at most that"
        )


def check_compiler() -> None:
    """Checks that torch.compile has a compiler.

    Raises:
        UserError: there is none.
    """
    compiler = os.environ.get("CXX", "g++")
    if not torch.cuda.is_available() and shutil.which(compiler) is None:
        raise UserError(f"compile=true: there is no C++ compiler ({compiler}) here; install one, or set CXX")


def resolve_precision(precision: str) -> str:
    """The precision that `auto` means on this machine; any other precision is returned unchanged."""
    return fast_precision() if precision == "auto" else precision


@cache
def fast_precision() -> str:
    """`bf16-mixed` where the processor or the GPU multiplies bfloat16 matrices in hardware, otherwise `32-true`."""
    if torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return "bf16-mixed" if fast else "32-true"
