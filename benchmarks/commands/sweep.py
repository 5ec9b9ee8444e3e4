"""What a sweep of short runs costs besides training and testing: for each run, and once."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def sweep(folder: Path, epochs: int, jobs: int) -> float:
    """Seconds of a sweep of runs that differ in their seed, from the start of the command to its end."""
    seeds = ",".join(str(seed) for seed in range(RUNS))
    launcher = ["launcher=joblib", f"launcher.jobs={jobs}"] if jobs > 1 else []
    words = [*OVERRIDES, f"trainer.max_epochs={epochs}", f"seed={seeds}", f"hydra.sweep.dir={folder}", *launcher]
    # One thread for each run, so that runs beside each other have the speed of runs after each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    command = [sys.executable, "-m", "wsed", "train", "-m", *words]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


def main() -> None:
    """Prints the cost of a run relative to its training and testing, and of a whole sweep."""
    with tempfile.TemporaryDirectory() as root:
        for jobs in (1, 2):
            for name, epochs in EPOCHS.items():
                folder = Path(root, f"{jobs}{name}")
                wall = sweep(folder, epochs, jobs)
                ends = sorted((path.stat().st_mtime, path) for path in folder.glob("*/results.json"))
                assert len(ends) == RUNS
                # The first run of each process also loads what the test needs.
                timings = [json.loads(path.read_text())["timing"] for _, path in ends[jobs:]]
                trained, tested = (
                    sum(timing[f"{part}_seconds"] for timing in timings) / len(timings) for part in ("train", "test")
                )
                run = jobs * (ends[-1][0] - ends[jobs - 1][0]) / (RUNS - jobs)
                once = wall - RUNS * run / jobs
                sized = once + MANY * (SECONDS + run - trained) / jobs
                print(
                    f"sweep: jobs={jobs}, {name} runs ({trained:.2f} s of training, {tested:.2f} s of testing): each "
                    f"takes {run / (trained + tested):.3f} times that, and the sweep of {RUNS} {once:.1f} s once; "
                    f"{MANY} runs that train for {SECONDS} s would take {sized / (MANY * SECONDS / jobs):.3f} times "
                    "their training"
                )


if __name__ == "__main__":
    main()
