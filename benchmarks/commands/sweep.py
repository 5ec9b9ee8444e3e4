"""What a sweep of short runs costs besides training and testing: for each run, and once."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.settings import Settings

RUNS = 12
EPOCHS = {"tiny": 2, "short": 30}
"""Epochs of the runs of a sweep."""
MANY, SECONDS = 100, 60
"""The sweep whose cost is estimated: its runs, and the seconds of training of each."""
OVERRIDES = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.clips={train: 60, val: 0, test: 12}",
    "data.batch_size=6",
    "network.widths=[4]",
    "runtime.progress_bar=false",
    "logger=csv",
]


def sweep(folder: Path, epochs: int, runs: int, jobs: int) -> float:
    """Seconds of a sweep of runs that differ in their seed, from the start of the command to its end."""
    seeds = ",".join(str(seed) for seed in range(runs))
    launcher = ["launcher=joblib", f"launcher.jobs={jobs}"] if jobs > 1 else []
    words = [*OVERRIDES, f"trainer.max_epochs={epochs}", f"seed={seeds}", f"hydra.sweep.dir={folder}", *launcher]
    # One thread for each run, so that runs beside each other have the speed of runs after each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    command = [sys.executable, "-m", "wsed", "train", "-m", *words]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def cost(root: Path, name: str, runs: int, jobs: int) -> Iterator[Figure]:
    """The cost of a run relative to its training and testing, and of a whole sweep.

    Args:
        root: the folder of all sweeps.
        name: a key of `EPOCHS`.
        runs: number of runs, more than `jobs`.
        jobs: how many of them are at work at once.
    """
    folder = root / f"{jobs}{name}"
    wall = sweep(folder, EPOCHS[name], runs, jobs)
    ends = sorted((path.stat().st_mtime, path) for path in folder.glob("*/results.json"))
    assert len(ends) == runs
    # The first run of each process also loads what the test needs.
    timings = [json.loads(path.read_text())["timing"] for _, path in ends[jobs:]]
    trained, tested = (
        sum(timing[f"{part}_seconds"] for timing in timings) / len(timings) for part in ("train", "test")
    )
    run = jobs * (ends[-1][0] - ends[jobs - 1][0]) / (runs - jobs)
    once = wall - runs * run / jobs
    sized = once + MANY * (SECONDS + run - trained) / jobs
    compared = f"{trained:.2f} s of training, {tested:.2f} s of testing"
    yield Figure(f"a run, {name}, jobs={jobs}", run / (trained + tested), compared=compared, ceiling=2)
    yield Figure(f"once for a sweep, {name}, jobs={jobs}", once, "s", f"a sweep of {runs} runs in {wall:.1f} s")
    compared = f"the training of {MANY} runs of {SECONDS} s"
    yield Figure(f"a large sweep, from {name} runs, jobs={jobs}", sized * jobs / MANY / SECONDS, compared=compared)


def figures(settings: Settings) -> Iterator[Figure]:
    """The costs with one job and with two, for two lengths of the runs."""
    with tempfile.TemporaryDirectory() as root:
        for jobs in (1,) if settings.small else (1, 2):
            for name in ("tiny",) if settings.small else EPOCHS:
                yield from cost(Path(root), name, 3 if settings.small else RUNS, jobs)
