"""The process that executes a run: its description in files, and whether it still exists."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wsed.runs import slurm_job

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def describe() -> dict[str, Any]:
    """This process, and all that tells it from a process of the same number elsewhere or later."""
    return {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": _start_time(os.getpid()),
        "pid_namespace": _pid_namespace(),
        "boot": _boot(),
        "slurm_job": slurm_job.job(),
        "slurm_restarts": slurm_job.restarts(),
        "slurm_cluster": slurm_job.cluster() if slurm_job.job() else None,
    }


def is_alive(process: Mapping[str, Any]) -> bool | None:
    """Whether a process still exists; None if that cannot be known here.

    The name of a host says nothing: a new container may have another one, and a folder may be copied. A process number
    means something only in its PID namespace and until the machine starts again.

    Args:
        process: what `describe` returned, as read from a file.
    """
    if process.get("boot") and (process["boot"], process.get("pid_namespace")) == (_boot(), _pid_namespace()):
        return _exists_here(process.get("pid"), process.get("started"))
    job = process.get("slurm_job")
    if not isinstance(job, str) or process.get("slurm_cluster") != slurm_job.cluster():
        return None
    if job == slurm_job.job():
        # A job may start this run twice, but what it started before it went back into the queue is gone.
        return False if process.get("slurm_restarts") != slurm_job.restarts() else None
    return False if slurm_job.waits_or_runs(job) is False else None


def is_of_this_requeued_job(process: Mapping[str, Any]) -> bool:
    """Whether a process belongs to the Slurm job of this one, and Slurm has put that job back into the queue.

    Args:
        process: what `describe` returned, as read from a file.
    """
    if not slurm_job.restarts():
        return False
    return (process.get("slurm_job"), process.get("slurm_cluster")) == (slurm_job.job(), slurm_job.cluster())


def in_words(process: Mapping[str, Any]) -> str:
    """The process for a message, such as `process 17 on c1, Slurm job 3`."""
    if not process:
        return "another process"
    job = f", Slurm job {process['slurm_job']}" if process.get("slurm_job") else ""
    return f"process {process.get('pid')} on {process.get('host')}{job}"


def _exists_here(pid: Any, started: Any) -> bool | None:
    if not isinstance(pid, int) or not 0 < pid < 2**31:
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # A process of another user.
        pass
    found = _start_time(pid)
    return None if found is None else found == started


def _start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since the machine did; -1 for one that only waits to be reaped.

    None where this cannot be read.
    """
    try:
        # The name of the program, in parentheses, may hold spaces.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return -1 if fields[0] in "ZX" else int(fields[19])
    except (OSError, ValueError, IndexError):
        return None


def _boot() -> str | None:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return None


def _pid_namespace() -> str | None:
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115  # no path, but a name such as pid:[4026531836]
    except OSError:
        return None
