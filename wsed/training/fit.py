"""Training of a system with Lightning's trainer, from the beginning or from a checkpoint."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import Logger

from wsed.data.datamodules.base import ClipDataModule
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.training.callbacks.rng_state import RngState
from wsed.training.checkpoint_io import AtomicCheckpointIO
from wsed.training.ddp import leave_group
from wsed.training.resume import Restoring, resume_checkpoint
from wsed.training.runtime import Runtime
from wsed.training.trainer import make_trainer


def fit(
    config: Mapping[str, Any],
    runtime: Runtime,
    folder: RunFolder,
    system: System,
    data: ClipDataModule,
    loggers: Sequence[Logger],
    callbacks: Sequence[Callback],
) -> pl.Trainer:
    """Trains a system, from its last checkpoint if there is one.

    Args:
        config: config of the run.
        runtime: devices.
        folder: the run folder; checkpoints are saved here.
        system: the system to train, in place.
        data: data after `setup`.
        loggers: loggers of the metrics.
        callbacks: further callbacks, in order; those that save checkpoints are called after all others.

    Returns:
        The trainer.

    Raises:
        UserError: the checkpoint cannot be used.
        TrainingDivergedError: the loss is not finite.
    """
    checkpoint = resume_checkpoint(config, folder)
    restoring = Restoring(checkpoint)
    trainer = make_trainer(
        config,
        runtime,
        [RngState(), restoring, *callbacks],
        [AtomicCheckpointIO()],
        default_root_dir=folder.path,
        logger=list(loggers),
    )
    if config["compile"]:
        system.network.compile()
    try:
        with restoring:
            trainer.fit(system, datamodule=data, ckpt_path=checkpoint)
    except BaseException:
        leave_group(trainer, failed=True)
        raise
    leave_group(trainer, failed=False)
    return trainer
