"""Settings of PyTorch that hold for a whole process, which executes the runs of a sweep one after another."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def kept_settings() -> Iterator[None]:
    """Restores in the end what a run changes for its process, so that the next run is as if in a new process.

    Lightning sets them for `trainer.deterministic` and `trainer.benchmark`, and the threads for several devices.
    """
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic, warn_only=warn_only)
        torch.backends.cudnn.benchmark = benchmark
