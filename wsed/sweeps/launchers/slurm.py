"""Runs as jobs of a Slurm cluster."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import submitit
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig
from submitit.core.utils import FailedJobError, FailedSubmissionError, UncompletedJobError

from wsed.errors import UserError
from wsed.runs import slurm_job
from wsed.sweeps.launchers.base import Cells

SECONDS_BETWEEN_LOOKS = 5
MOST_JOBS = 1000
"""Of one array; Slurm's own default limit is 1001."""


class Slurm(Cells):
    """An array of jobs, one for each run, by submitit.

    A job that meets its time limit, or is preempted, goes back into the queue and then goes on from its last
    checkpoint. One whose run fails is failed for Slurm too, and leaves the rest alone.

    Args:
        partition: None for the cluster's default.
        account: None for the user's default.
        nodes: machines of a job.
        tasks_per_node: processes on each, one for each device that `trainer=ddp_slurm` trains on.
        cpus_per_task: cores of a process.
        gpus_per_node: GPUs of each machine.
        memory: GB of each machine.
        minutes: time limit of a job.
        warning: seconds before the time limit at which Slurm says so; it counts in steps of a minute.
        requeues: how often a job that met its time limit goes back into the queue; preemptions are not counted.
        parallel: jobs that run at the same time at most.
        setup: lines of shell before the run, such as `module load cuda`.
        sbatch: further options of sbatch by name, such as `{qos: long, constraint: a100}`; None for none.

    Raises:
        UserError: there is no Slurm here.
    """

    def __init__(
        self,
        partition: str | None,
        account: str | None,
        nodes: int,
        tasks_per_node: int,
        cpus_per_task: int,
        gpus_per_node: int,
        memory: float,
        minutes: int,
        warning: int,
        requeues: int,
        parallel: int,
        setup: Sequence[str],
        sbatch: Mapping[str, Any] | None,
    ) -> None:
        if submitit.SlurmExecutor.affinity() < 0:
            raise UserError("launcher=slurm: there is no srun here; run this on a login node of the cluster")
        self.requeues = requeues
        self.tasks = nodes * tasks_per_node
        self.parameters: dict[str, Any] = {
            "partition": partition,
            "account": account,
            "nodes": nodes,
            "ntasks_per_node": tasks_per_node,
            "cpus_per_task": cpus_per_task,
            "gpus_per_node": gpus_per_node or None,
            "mem": f"{round(memory * 1024)}MB",
            "time": minutes,
            "signal_delay_s": warning,
            "array_parallelism": parallel,
            "setup": list(setup),
            "stderr_to_stdout": True,
            # Tasks that train together wait for each other for ever.
            "srun_args": ["--kill-on-bad-exit=1"],
            "additional_parameters": dict(sbatch or {}),
        }

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        if self.tasks > 1 and "strategy" not in config.trainer:
            raise UserError(
                f"launcher: starts {self.tasks} tasks a run (nodes times tasks_per_node), and this trainer has one; "
                "add trainer=ddp_slurm"
            )

    def __call__(self, number: int, overrides: Sequence[str], state: Any) -> JobReturn:
        done = super().__call__(number, overrides, state)
        if done.status != JobStatus.COMPLETED or done.return_value == "failed":
            # The process has to end with an error, or Slurm takes it for a success.
            raise UncompletedJobError("the run failed; its status.json says why")
        return done

    def checkpoint(self, number: int, overrides: Sequence[str], state: Any) -> submitit.helpers.DelayedSubmission:
        """What a job does when it is back from the queue: the same, which goes on where it was."""
        return submitit.helpers.DelayedSubmission(self, number, overrides, state)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        folder = Path(self.config.hydra.sweep.dir, ".slurm").absolute()
        state = Singleton.get_state()
        calls = [(number, list(words), state) for number, words in enumerate(job_overrides, initial_job_idx)]
        jobs: list[submitit.Job[JobReturn]] = []
        for start in range(0, len(calls), MOST_JOBS):
            executor = submitit.SlurmExecutor(folder=folder, max_num_timeout=self.requeues)
            executor.update_parameters(job_name=self.config.name, **self.parameters)
            try:
                jobs += executor.map_array(self, *zip(*calls[start : start + MOST_JOBS], strict=True))
            except (FailedJobError, FailedSubmissionError) as error:
                raise UserError(f"Slurm takes no such jobs: {_last_words(error)}") from error
        print(f"{len(jobs)} jobs are with Slurm, from {jobs[0].job_id} on; what they print is in {folder}", flush=True)
        return [_result(job.task(0)) for job in jobs]


def _last_words(error: Exception) -> str:
    """What sbatch said."""
    said = str(error).strip().splitlines()
    return "; ".join(line.strip() for line in said if "error" in line) or said[-1]


def _result(job: "submitit.Job[JobReturn]") -> JobReturn:
    """Waits until the first task of a job is over, with or without a result."""
    while not job.paths.result_pickle.exists():
        if slurm_job.waits_or_runs(job.job_id) is False and not job.paths.result_pickle.exists():
            print(f"Slurm job {job.job_id} ended without a word; see {job.paths.stdout}", flush=True)
            return _failed()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    # It has left the reason in its folder, for all to read.
    return job.result() if job.exception() is None else _failed()


def _failed() -> JobReturn:
    # Hydra would end the sweep at one that is not completed.
    done = JobReturn(status=JobStatus.COMPLETED)
    done.return_value = "failed"
    return done
