"""Several runs at once on one machine."""

import os
from collections.abc import Sequence
from pathlib import Path

import joblib
from filelock import FileLock, Timeout
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn

from wsed.errors import UserError
from wsed.sweeps.launchers.base import Cells


class Joblib(Cells):
    """As many processes as asked for, each with its share of the cores and of the GPUs, for one run after another.

    Args:
        jobs: how many runs at once.

    Raises:
        UserError: none, or more than there are cores.
    """

    def __init__(self, jobs: int) -> None:
        cores = len(os.sched_getaffinity(0))
        if not 1 <= jobs <= cores:
            raise UserError(f"launcher.jobs={jobs}: needs 1 to {cores}, the cores of this machine")
        self.jobs = jobs

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        state = Singleton.get_state()
        found: list[JobReturn] = joblib.Parallel(n_jobs=self.jobs, backend="loky", batch_size=1, pre_dispatch="all")(
            joblib.delayed(self._pinned)(number, overrides, state)
            for number, overrides in enumerate(job_overrides, initial_job_idx)
        )
        return found

    def _pinned(self, number: int, overrides: Sequence[str], state: object) -> JobReturn:
        take_share(Path(self.config.hydra.sweep.dir), self.jobs)
        return self(number, overrides, state)


_held: list[FileLock] = []


def take_share(folder: Path, shares: int) -> None:
    """Pins this process to a share of the cores and the GPUs that no other one has; it keeps it for its lifetime.

    Args:
        folder: where the processes that share a machine find each other.
        shares: how many there are.
    """
    if _held:
        return
    place = _free_place(folder / ".shares", shares)
    import torch

    cores = sorted(os.sched_getaffinity(0))
    mine = cores[place * len(cores) // shares : (place + 1) * len(cores) // shares]
    os.sched_setaffinity(0, mine)
    torch.set_num_threads(len(mine))
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    gpus = named.split(",") if named is not None else [str(gpu) for gpu in range(torch.cuda.device_count())]
    if gpus:
        own = gpus[place * len(gpus) // shares : (place + 1) * len(gpus) // shares]
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(own or [gpus[place % len(gpus)]])


def _free_place(folder: Path, places: int) -> int:
    """The first place whose lock nobody holds; a process that ends gives its place back."""
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
