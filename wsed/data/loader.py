"""The loader of batches."""

import math
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import torch
from torch.utils.data import DataLoader

from wsed.data.batch import Batch
from wsed.data.datasets.base import ClipDataset, Key


class ClipLoader:
    """Batches of a dataset; the next one is prepared while the caller works with the one before.

    A thread does that, since rendering and reading spend their time in libraries that leave Python to others meanwhile.
    If a pass shows that a thread cannot keep pace, the later ones use processes, as many as there are cores to spare at
    most. Neither changes the batches or their order. An error is raised where its batch would have been returned.

    Attributes:
        sampler: the keys of each batch. Lightning calls its `set_epoch` before each pass, if it has one.
        batch_sampler: None, since Lightning asks whatever has a sampler for this as well.

    Args:
        dataset: maps keys to a batch.
        batches: the keys of each batch.
        workers: number of processes that prepare batches; 0 for a thread, None to choose.
        seed: of the generator of the processes' seeds.
        gpu: whether batches are for a GPU; they then lie in pinned memory, from where it fetches them as it computes.
        sharing: number of devices on this machine that train together, and share its cores.
    """

    def __init__(
        self,
        dataset: ClipDataset,
        batches: Iterable[list[Key]],
        workers: int | None,
        seed: int,
        gpu: bool = False,
        sharing: int = 1,
    ) -> None:
        self.dataset = dataset
        self.sampler = batches
        self.batch_sampler = None
        self.workers = workers
        self.seed = seed
        self.gpu = gpu
        self.sharing = sharing
        self.preparing = self.working = 0.0
        self._loader = self._make(workers or 0)
        # One for all passes. A destructor closes the generator of a pass that is left early, and there Python discards
        # exceptions, also that of Ctrl-C; so closing it must not wait for a thread.
        self._thread = ThreadPoolExecutor(1, "batches")

    def __len__(self) -> int:
        """The number of batches of a pass."""
        return len(self._loader)

    def __iter__(self) -> Iterator[Batch]:
        """A new pass over the batches."""
        if self.workers is None and (needed := self._needed()):
            self.workers = needed
            # The processes are forks, and a process with threads should not fork.
            self._thread.shutdown()
            self._loader = self._make(needed)
        batches: Iterator[Batch] = iter(self._loader)
        return batches if self.workers else self._one_ahead(batches)

    def _make(self, workers: int) -> DataLoader[Batch]:
        return DataLoader(
            self.dataset,  # type: ignore[arg-type]  # PyTorch needs only __getitem__
            batch_size=None,
            sampler=self.sampler,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=self.gpu,
            # A loader without its own generator draws from the global one, and so changes dropout.
            generator=torch.Generator().manual_seed(self.seed),
        )

    def _needed(self) -> int:
        """The number of processes that keep pace with the caller; 0 if a thread does, or no core is left."""
        if self.preparing <= self.working:
            return 0
        cores = len(os.sched_getaffinity(0)) // self.sharing
        spare = cores - (1 if self.gpu else torch.get_num_threads())
        return max(0, min(spare, math.ceil(self.preparing / max(self.working, 1e-9))))

    def _one_ahead(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The same batches, each prepared in a thread before it is asked for."""
        self.preparing = self.working = 0.0
        coming = self._thread.submit(_timed, batches)
        while True:
            batch, seconds = coming.result()
            if batch is None:
                return
            coming = self._thread.submit(_timed, batches)
            given = time.perf_counter()
            yield batch
            self.preparing += seconds
            self.working += time.perf_counter() - given


def _timed(batches: Iterator[Batch]) -> tuple[Batch | None, float]:
    """The next batch, None after the last, and the seconds that it took."""
    started = time.perf_counter()
    return next(batches, None), time.perf_counter() - started
