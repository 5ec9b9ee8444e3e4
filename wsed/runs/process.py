"""The process that writes a run folder."""

import os
import socket
from collections.abc import Mapping
from typing import Any

from wsed.runs import slurm_job


def alive(process: Mapping[str, Any]) -> bool:
    """Whether a process is still there, as far as can be known.

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
