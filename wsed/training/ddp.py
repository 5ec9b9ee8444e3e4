"""Training on several devices, with processes that get the config from the first one."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.utilities.distributed import _set_num_threads_if_needed
from pytorch_lightning.strategies import DDPStrategy
from pytorch_lightning.strategies.launchers.subprocess_script import _SubprocessScriptLauncher

VARIABLES = ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "LOCAL_RANK", "WORLD_SIZE", "OMP_NUM_THREADS")
"""Environment variables by which the processes find each other and share the cores."""


class Ddp(DDPStrategy):
    """One process for each device; each process trains on its share of every batch, see `EpochSampler`.

    Lightning starts all processes with the command line of the first one. If that starts a sweep, each process would
    run the whole sweep; in an Optuna study, each would draw its own values. Here the processes get the config from the
    first one through a pipe, so they train the same run under any launcher and sweeper, and execute nothing that the
    run folder holds. A cluster may start the processes instead.

    Args:
        config: config of the run.
        process_group_backend: `nccl` or `gloo`; None for the one that fits the devices.
    """

    def __init__(self, config: Mapping[str, Any], process_group_backend: str | None = None) -> None:
        super().__init__(process_group_backend=process_group_backend)
        self._config = config

    def _configure_launcher(self) -> None:
        assert self.cluster_environment is not None
        self._launcher = WorkerLauncher(self.cluster_environment, self.num_processes, self.num_nodes)
        self._launcher.config = self._config


class WorkerLauncher(_SubprocessScriptLauncher):
    """Starts the processes of a run other than rank 0, see `wsed.training.worker`."""

    folder: Path
    config: Mapping[str, Any]

    def launch(self, function: Callable[..., Any], *args: Any, trainer: pl.Trainer | None = None, **kwargs: Any) -> Any:
        assert trainer is not None
        self.folder = Path(trainer.default_root_dir)
        self.before = {name: os.environ.get(name) for name in VARIABLES}
        self.cluster_environment.validate_settings(num_devices=self.num_processes, num_nodes=self.num_nodes)
        if not self.cluster_environment.creates_processes_externally:
            # Lightning's own launch also starts an observer; if another process fails, it kills this process, and with
            # it a whole sweep.
            self._call_children_scripts()
        _set_num_threads_if_needed(num_processes=self.num_processes)
        return function(*args, **kwargs)

    def _call_children_scripts(self) -> None:
        self._check_can_spawn_children()
        os.environ["MASTER_ADDR"] = self.cluster_environment.main_address
        os.environ["MASTER_PORT"] = str(self.cluster_environment.main_port)
        os.environ["NODE_RANK"] = str(self.cluster_environment.node_rank())
        os.environ["LOCAL_RANK"] = "0"
        os.environ["WORLD_SIZE"] = str(self.num_processes * self.num_nodes)
        command = [sys.executable, "-m", "wsed.training.worker"]
        self.procs = [
            subprocess.Popen(command, env={**os.environ, "LOCAL_RANK": str(rank)}, stdin=subprocess.PIPE)
            for rank in range(1, self.num_processes)
        ]
        content = pickle.dumps((self.folder, dict(self.config)))
        for process in self.procs:
            assert process.stdin is not None
            process.stdin.write(content)
            process.stdin.close()

    def finish(self) -> None:
        """Waits for the other processes, and restores the environment for the next run of this process."""
        for process in self.procs:
            process.wait()
        for name, value in self.before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def leave_group(trainer: pl.Trainer, failed: bool) -> None:
    """Ends the group of processes that trained together; does nothing after training on one device.

    Args:
        trainer: the trainer that was used.
        failed: whether this process failed; the others are then killed, because they would wait for it forever.
    """
    launcher = trainer.strategy.launcher
    ranks = launcher if isinstance(launcher, WorkerLauncher) and launcher.procs else None
    if ranks and failed:
        ranks.kill(signal.SIGKILL)
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    if ranks:
        ranks.finish()
