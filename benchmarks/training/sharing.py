"""Two runs on one device at once, against one after another."""

import os
import time
import warnings
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Barrier

import torch

from benchmarks.figure import Figure
from benchmarks.isolated import context
from benchmarks.settings import Settings
from benchmarks.systems import case
from benchmarks.timing import once, synchronize
from benchmarks.training.step import training_step
from wsed.training.allocator import keep_freed_memory
from wsed.training.trainer import resolve_precision

GPU_MINUTES = 0.6
PATIENCE = 120
"""Seconds to wait for a process."""


def train(
    experiment: str, settings: Settings, threads: int, barrier: Barrier, times: "SimpleQueue[tuple[float, float]]"
) -> None:
    """Trains for some steps; puts the begin and the end in seconds."""
    warnings.simplefilter("ignore")
    keep_freed_memory()
    torch.set_num_threads(threads)
    kind = "bf16" if resolve_precision("auto") == "bf16-mixed" else "fp32"
    step = training_step(case(experiment, settings), kind)
    once(step)
    steps = 2 if settings.small else 200 if settings.device == "cuda" else 10
    barrier.wait(PATIENCE)
    started = time.monotonic()
    for _ in range(steps):
        step()
    synchronize()
    times.put((started, time.monotonic()))


def wall(experiment: str, settings: Settings, runs: int, threads: int) -> float:
    """Seconds from the first begin to the last end of so many runs at once."""
    processes = context()
    barrier, times = processes.Barrier(runs), processes.Queue()
    started = [
        processes.Process(target=train, args=(experiment, settings, threads, barrier, times)) for _ in range(runs)
    ]
    for process in started:
        process.start()
    spans: list[tuple[float, float]] = [times.get(timeout=PATIENCE) for _ in started]
    for process in started:
        process.join()
    return max(end for _, end in spans) - min(begin for begin, _ in spans)


def figures(settings: Settings) -> Iterator[Figure]:
    """The gain of sharing: the time of two runs one after another, relative to both at once."""
    cores = os.cpu_count() or 1
    alone = wall("jsc", settings, 1, cores)
    together = wall("jsc", settings, 2, max(1, cores // 2))
    compared = "one after another on all cores" if settings.device == "cpu" else "one after another"
    yield Figure("speed of two runs of jsc at once", 2 * alone / together, compared=compared, floor=0.7)
