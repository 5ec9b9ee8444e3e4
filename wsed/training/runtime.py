"""Settings of how a run is executed; none of them can change the result."""

import os
from dataclasses import dataclass, replace
from typing import Any, Literal

from wsed.checks.ranges import Few, FewFromZero, ListOf, PathText, Workers
from wsed.errors import UserError
from wsed.runs import slurm_job

WORKERS_PER_CORE = 8
"""Processes that prepare batches; more of them only take memory."""


@dataclass(frozen=True)
class Runtime:
    """Devices, processes, caches and console output. Not part of a run's identity.

    Args:
        accelerator: `cpu`, `gpu`, or `auto` for a GPU if there is one.
        devices: number of devices on each machine, or a list of their indices; None for the number of tasks that the
            Slurm job has on each machine.
        num_nodes: number of machines; None for the number of machines of the Slurm job.
        strategy: `auto` for one device, `ddp` for several that train together.
        process_group_backend: backend of `ddp`, `nccl` or `gloo`; None for the one that fits the devices.
        num_workers: number of processes that prepare batches; 0 for a thread, None to choose by the first epoch.
        cache: folder that keeps decoded recordings; None decodes them in every run.
        progress_bar: whether to show progress.
        model_summary: whether to print Lightning's table of modules.
    """

    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    devices: Few | ListOf[FewFromZero] | None = 1
    num_nodes: Few | None = 1
    strategy: Literal["auto", "ddp"] = "auto"
    process_group_backend: Literal["nccl", "gloo"] | None = None
    num_workers: Workers | None = None
    cache: PathText | None = None
    progress_bar: bool = True
    model_summary: bool = False

    def single(self) -> "Runtime":
        """The same settings with one device. A test needs this, so that each clip is scored once."""
        return replace(self, devices=1, num_nodes=1, strategy="auto")

    def trainer_arguments(self) -> dict[str, Any]:
        """These settings as arguments of Lightning's trainer, without the strategy."""
        return {
            "accelerator": self.accelerator,
            "devices": slurm_job.tasks_per_node() if self.devices is None else self.devices,
            "num_nodes": slurm_job.nodes() if self.num_nodes is None else self.num_nodes,
            "enable_progress_bar": self.progress_bar,
            "enable_model_summary": self.model_summary,
        }

    def uses_gpu(self) -> bool:
        """Whether training runs on a GPU."""
        import torch

        return self.accelerator == "gpu" or (self.accelerator == "auto" and torch.cuda.device_count() > 0)

    def world_size(self) -> int:
        """The number of devices that train together."""
        arguments = self.trainer_arguments()
        devices = arguments["devices"]
        each = devices if isinstance(devices, int) else len(devices)
        return int(each * arguments["num_nodes"])

    def check_devices(self) -> None:
        """Compares the devices and processes asked for with those that exist.

        Raises:
            UserError: there are not enough devices, one of them does not exist or is named twice, or their number
                differs from the number of Slurm tasks.
        """
        import torch

        most = WORKERS_PER_CORE * (os.cpu_count() or 1)
        if self.num_workers is not None and self.num_workers > most:
            raise UserError(
                f"runtime.num_workers={self.num_workers}: is too many for this machine; {most} are the most"
            )
        devices = self.trainer_arguments()["devices"]
        count = devices if isinstance(devices, int) else len(set(devices))
        if not isinstance(devices, int) and count < len(devices):
            raise UserError(f"runtime.devices={list(devices)}: names a device twice; give each once")
        started = slurm_job.tasks_per_node()
        if slurm_job.tasks() > 1 and self.strategy == "auto":
            raise UserError(
                f"Slurm has started {slurm_job.tasks()} tasks, and runtime=default trains on one; add runtime=ddp_slurm"
            )
        if started > 1:
            if count != started:
                raise UserError(
                    f"runtime.devices={devices}: Slurm has started {started} tasks on each machine; set it to {started}"
                )
            return
        gpus = torch.cuda.device_count()
        on_gpus = self.uses_gpu()
        available, kind = (gpus, "GPUs") if on_gpus else (os.cpu_count() or 1, "cores")
        if not isinstance(devices, int) and not on_gpus:
            raise UserError(f"runtime.devices={list(devices)}: only GPUs have indices; set runtime.devices={count}")
        if count > available or (not isinstance(devices, int) and not set(devices) <= set(range(available))):
            cure = f"ask for {available} at most, from index 0" if available else "set runtime.accelerator=cpu"
            raise UserError(f"runtime.devices={devices}: this machine has {available} {kind}; {cure}")
