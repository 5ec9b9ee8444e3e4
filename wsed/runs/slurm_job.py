"""The Slurm job that this process belongs to, and what Slurm says about jobs."""

import os
import re
import shutil
import signal
import subprocess
import sys
from types import FrameType


def job() -> str | None:
    """Id of the job as Slurm's commands take it, such as `17`, or `17_3` in an array; None outside of batch jobs."""
    if "SLURM_ARRAY_JOB_ID" in os.environ:
        return f"{os.environ['SLURM_ARRAY_JOB_ID']}_{os.environ['SLURM_ARRAY_TASK_ID']}"
    return os.environ.get("SLURM_JOB_ID")


def rank() -> int:
    """Index of this task in its job, from 0."""
    return int(os.environ.get("SLURM_PROCID", 0))


def tasks() -> int:
    """Number of tasks that `srun` has started together; 1 outside of Slurm."""
    return int(os.environ.get("SLURM_NTASKS", 1)) if "SLURM_PROCID" in os.environ else 1


def nodes() -> int:
    """Number of machines of the job; 1 outside of Slurm."""
    return int(os.environ.get("SLURM_NNODES", 1)) if "SLURM_PROCID" in os.environ else 1


def tasks_per_node() -> int:
    """Number of tasks on each machine."""
    return tasks() // nodes()


def restarts() -> int:
    """Number of times that the job was put back into the queue."""
    return int(os.environ.get("SLURM_RESTART_COUNT", 0))


def cluster() -> str | None:
    """Name of the cluster that this machine belongs to; None where Slurm cannot be asked."""
    if "SLURM_CLUSTER_NAME" in os.environ:
        return os.environ["SLURM_CLUSTER_NAME"]
    if shutil.which("scontrol") is None:
        return None
    shown = subprocess.run(["scontrol", "show", "config"], capture_output=True, text=True).stdout
    found = re.search(r"^ClusterName\s*=\s*(\S+)", shown, re.MULTILINE)
    return found[1] if found else None


def waits_or_runs(job: str) -> bool | None:
    """Whether a job is in the queue or running; None where Slurm cannot be asked."""
    if shutil.which("squeue") is None:
        return None
    asked = subprocess.run(["squeue", "--noheader", f"--jobs={job}", "--format=%T"], capture_output=True, text=True)
    if asked.returncode and "Invalid job id" not in asked.stderr:
        return None
    return bool(asked.stdout.strip())


def requeue_when_told() -> None:
    """Makes SIGUSR1 put this batch job back into the queue; it then resumes from its last checkpoint.

    Slurm sends this signal before the time limit, and before a preemption if the cluster is configured so, to jobs that
    ask for it (`sbatch --signal=USR1@60`). Jobs that submitit starts use its signal and its handler instead.
    """
    if job() is not None and "SUBMITIT_EXECUTOR" not in os.environ:
        signal.signal(signal.SIGUSR1, _requeue)


def _requeue(number: int, frame: FrameType | None) -> None:
    if rank() == 0:
        print(f"Slurm is about to stop job {job()}; it goes back into the queue", flush=True)
        subprocess.run(["scontrol", "requeue", str(job())], check=True)
        sys.exit(1)
