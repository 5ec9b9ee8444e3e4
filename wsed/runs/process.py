"""The process that executes a run, as `status.json` describes it."""

import os
import socket
from collections.abc import Mapping
from typing import Any

from wsed.runs import slurm_job


def describe() -> dict[str, Any]:
    """Host, process id and Slurm job of this process."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "slurm_job": slurm_job.job()}


def is_own(process: Mapping[str, Any]) -> bool:
    """Whether a description is of this process: the same id on the same host."""
    return bool(process["pid"] == os.getpid() and process["host"] == socket.gethostname())


def is_alive(process: Mapping[str, Any]) -> bool:
    """Whether a process still exists, as far as this host can know.

    Args:
        process: `host`, `pid`, and `slurm_job` where it has one.
    """
    job = process.get("slurm_job")
    if job is not None:
        known = False if job == slurm_job.job() else slurm_job.waits_or_runs(job)
        if known is not None:
            return known
    if process["host"] != socket.gethostname():
        return True
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
