"""The launcher that executes runs as jobs of a Slurm cluster."""

import sys
import time
from collections.abc import Sequence
from typing import Any

import submitit
from submitit.core.utils import FailedJobError, FailedSubmissionError, UncompletedJobError

from wsed.checks.ranges import (
    Count,
    CountFromZero,
    Few,
    FewFromZero,
    ListOrEmpty,
    LongText,
    Named,
    Positive,
    Scalar,
    Text,
)
from wsed.errors import UserError
from wsed.runs import slurm_job
from wsed.runs.active_run import ActiveRun
from wsed.sweeps.launchers.base import Launcher, SweepRun, execute_in_sweep
from wsed.training.execute import Outcome

SHORTEST_WAIT, LONGEST_WAIT = 0.25, 5.0
"""Seconds between two questions about a job; each wait is longer than the one before by a fifth."""
MOST_JOBS = 1000
"""Largest number of jobs in one array; Slurm's default limit is 1001."""


class Slurm(Launcher):
    """Submits an array of jobs, each of one run or several, through submitit.

    A job that reaches its time limit, or is preempted, goes back into the queue; it then leaves out the runs that have
    ended, and resumes the interrupted one from its last checkpoint. If a run fails, the others of its job still follow,
    and Slurm marks the job as failed in the end; the other jobs continue.

    Args:
        runs_per_job: number of runs that a job executes one after another, in one process.
        partition: partition of the cluster; None for the cluster's default.
        account: account to charge; None for the user's default.
        nodes: number of machines per job.
        tasks_per_node: processes on each machine, one for each device that `runtime=ddp_slurm` trains on.
        cpus_per_task: number of cores per process.
        gpus_per_node: number of GPUs per machine.
        memory: GB per machine.
        minutes: time limit of a job, for all of its runs together.
        warning: seconds before the time limit at which Slurm sends its signal; Slurm rounds it to minutes.
        requeues: number of times that a job goes back into the queue at its time limit; preemptions do not count.
        parallel: greatest number of jobs that run at the same time.
        setup: shell commands to execute before the runs, such as `module load cuda`.
        sbatch: further sbatch options by name, such as `{qos: long, constraint: a100}`; None for none.

    Raises:
        UserError: this machine has no Slurm, or several runs a job would need several processes.
    """

    def __init__(
        self,
        runs_per_job: Count,
        partition: Text | None,
        account: Text | None,
        nodes: Few,
        tasks_per_node: Few,
        cpus_per_task: Few,
        gpus_per_node: FewFromZero,
        memory: Positive,
        minutes: Count,
        warning: CountFromZero,
        requeues: CountFromZero,
        parallel: Count,
        setup: ListOrEmpty[LongText],
        sbatch: Named[Scalar] | None,
    ) -> None:
        if submitit.SlurmExecutor.affinity() < 0:
            raise UserError("launcher=slurm: there is no srun here; run this on a login node of the cluster")
        self.runs_per_job = runs_per_job
        self.requeues = requeues
        self.tasks = nodes * tasks_per_node
        if runs_per_job > 1 and self.tasks > 1:
            # If a run is refused in one task, the others would wait for it in the next run.
            raise UserError(
                f"launcher.runs_per_job={runs_per_job}: needs nodes=1 and tasks_per_node=1, or a job for each run"
            )
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
            # Otherwise tasks that train together would wait for a dead one forever, and a job that goes back into the
            # queue would overwrite its output.
            "srun_args": ["--kill-on-bad-exit=1", "--open-mode=append"],
            "additional_parameters": dict(sbatch or {}),
        }

    def launch(self, runs: Sequence[SweepRun]) -> list[Outcome]:
        for run in runs:
            if self.tasks > 1 and run.plan.config["runtime"]["strategy"] == "auto":
                raise UserError(
                    f"launcher: starts {self.tasks} tasks a run (nodes times tasks_per_node), and runtime=default "
                    "trains on one; add runtime=ddp_slurm"
                )
        folder = (runs[0].plan.path.parent / ".slurm").absolute()
        shares = [runs[start : start + self.runs_per_job] for start in range(0, len(runs), self.runs_per_job)]
        jobs: list[submitit.Job[list[Outcome]]] = []
        for start in range(0, len(shares), MOST_JOBS):
            executor = submitit.SlurmExecutor(folder=folder, max_num_timeout=self.requeues)
            executor.update_parameters(job_name=runs[0].plan.config["name"], **self.parameters)
            try:
                jobs += executor.map_array(_Job(), shares[start : start + MOST_JOBS])
            except (FailedJobError, FailedSubmissionError) as error:
                raise UserError(f"Slurm refuses the jobs: {_refusal(error)}") from error
        print(f"submitted {len(jobs)} jobs to Slurm, from {jobs[0].job_id} on; their output is in {folder}", flush=True)
        return [outcome for job, share in zip(jobs, shares, strict=True) for outcome in _wait_for(job.task(0), share)]


class _Job:
    """What a Slurm job does.

    Attributes:
        outcomes: those of the first runs, which a requeued job does not start again.
        told_to_stop: whether Slurm has told this process to stop; the job then goes back into the queue, if
            it still may.
    """

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.told_to_stop = False

    def __call__(self, runs: Sequence[SweepRun]) -> list[Outcome]:
        self.told_to_stop = False
        for run in runs[len(self.outcomes) :]:
            self.outcomes.append(execute_in_sweep(run))
            if self.told_to_stop:
                # submitit's handler has raised SystemExit already, but it was lost or became another error.
                sys.exit(1)
        if any(outcome.status == "failed" for outcome in self.outcomes):
            # The process must end with an error, or Slurm would count the job as successful.
            raise UncompletedJobError("a run failed; its status.json says why")
        return self.outcomes

    def checkpoint(self, runs: Sequence[SweepRun]) -> submitit.helpers.DelayedSubmission:
        """What a requeued job does: the same from the interrupted run on, which resumes from its last checkpoint."""
        self.told_to_stop = True
        return submitit.helpers.DelayedSubmission(self, runs)


def _refusal(error: Exception) -> str:
    """The error lines that sbatch printed, or its last line."""
    lines = str(error).strip().splitlines()
    return "; ".join(line.strip() for line in lines if "error" in line) or lines[-1]


def _wait_for(job: "submitit.Job[list[Outcome]]", runs: Sequence[SweepRun]) -> list[Outcome]:
    """Waits until the first task of a job has ended, with or without a result; returns the outcomes of its runs."""
    wait = SHORTEST_WAIT
    while not job.paths.result_pickle.exists():
        if slurm_job.waits_or_runs(job.job_id) is False and not job.paths.result_pickle.exists():
            print(f"Slurm job {job.job_id} ended without a result; see {job.paths.stdout}", flush=True)
            return [_recorded(run) for run in runs]
        time.sleep(wait)
        wait = min(1.2 * wait, LONGEST_WAIT)
    return job.result() if job.exception() is None else [_recorded(run) for run in runs]


def _recorded(run: SweepRun) -> Outcome:
    """The outcome that the folder of a run tells, for one whose job was killed or has a failed run."""
    active = ActiveRun(run.plan)
    try:
        if active.is_done():
            return Outcome("done", active.monitored_value())
        return Outcome("pruned" if active.folder.status().get("status") == "pruned" else "failed")
    except UserError:
        return Outcome("failed")
