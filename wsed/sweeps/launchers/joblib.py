"""The launcher that executes several runs at once on one machine."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import joblib
from filelock import FileLock, Timeout

from wsed.checks.ranges import Few
from wsed.errors import UserError
from wsed.runs.stop_signals import stopped_by_signals
from wsed.sweeps.launchers.base import Launcher, SweepRun, execute_in_sweep
from wsed.training.execute import Outcome


class Joblib(Launcher):
    """Executes runs in several processes, each with its own share of the cores and of the GPUs.

    Args:
        jobs: number of runs at once.

    Raises:
        UserError: `jobs` is below 1, or above the number of cores.
    """

    def __init__(self, jobs: Few) -> None:
        cores = len(os.sched_getaffinity(0))
        if not 1 <= jobs <= cores:
            raise UserError(f"launcher.jobs={jobs}: needs 1 to {cores}, the cores of this machine")
        self.jobs = jobs
        self.start = threading.Thread(target=self._call, args=[_load, [()] * jobs], daemon=True)

    def warm_up(self) -> None:
        self.start.start()

    def launch(self, runs: Sequence[SweepRun]) -> list[Outcome]:
        if self.start.is_alive():
            self.start.join()
        return self._call(_execute_pinned, [(run, self.jobs) for run in runs])

    def _call(self, function: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> list[Any]:
        """The results of a function in the processes, which live for all calls."""
        # Processes that are left of a sweep in another folder would go on there, and are replaced.
        place = {"initializer": os.chdir, "initargs": (Path.cwd(),)}
        parallel = joblib.Parallel(n_jobs=self.jobs, backend="loky", batch_size=1, pre_dispatch="all", **place)
        results: list[Any] = parallel(joblib.delayed(function)(*arguments) for arguments in calls)
        return results


def _load() -> None:
    """Loads in a process what takes seconds, before its first run is known."""
    import torch

    # Where there are GPUs, the rest could see all of them before this process has its share.
    if not torch.cuda.device_count():
        import wsed.training.run  # noqa: F401


def _execute_pinned(run: SweepRun, shares: int) -> Outcome:
    take_share(run.plan.path.parent, shares)
    # A batch system sends SIGTERM to every process of a job.
    with stopped_by_signals():
        return execute_in_sweep(run)


_held: list[FileLock] = []


def take_share(folder: Path, shares: int) -> None:
    """Pins this process, for its lifetime, to a share of the cores and of the GPUs.

    No two processes have the same cores; they share a GPU if there are fewer GPUs than processes.

    Args:
        folder: folder of the sweep, in which the processes keep their locks.
        shares: number of shares.
    """
    if _held:
        return
    place = _free_place(folder / ".shares", shares)
    import torch

    cores = sorted(os.sched_getaffinity(0))
    own_cores = cores[place * len(cores) // shares : (place + 1) * len(cores) // shares]
    os.sched_setaffinity(0, own_cores)
    torch.set_num_threads(len(own_cores))
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    gpus = named.split(",") if named is not None else [str(gpu) for gpu in range(torch.cuda.device_count())]
    if gpus:
        own_gpus = gpus[place * len(gpus) // shares : (place + 1) * len(gpus) // shares]
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(own_gpus or [gpus[place % len(gpus)]])


def _free_place(folder: Path, places: int) -> int:
    """Locks the first free place for this process; the lock is released when the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        for place in range(places):
            lock = FileLock(folder / str(place))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            _held.append(lock)
            return place
