"""What a sweep of short runs costs besides training and testing: for each further run, and once."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

FEW, MANY = 4, 10
"""Runs of a small sweep and of a larger one; both end with a comparison."""
EPOCHS = {"tiny": 2, "short": 30}
"""Epochs of the runs of a sweep."""
RUNS, SECONDS = 100, 60
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


@dataclass(frozen=True)
class Cost:
    """Seconds that a sweep took.

    Attributes:
        wall: from the start of the command to its end.
        trained: training of all runs.
        tested: testing of all runs.
    """

    wall: float
    trained: float
    tested: float


def sweep(folder: Path, runs: int, epochs: int, jobs: int) -> Cost:
    """Executes a sweep of runs that differ in their seed."""
    seeds = ",".join(str(seed) for seed in range(runs))
    launcher = ["launcher=joblib", f"launcher.jobs={jobs}"] if jobs > 1 else []
    words = [*OVERRIDES, f"trainer.max_epochs={epochs}", f"seed={seeds}", f"hydra.sweep.dir={folder}", *launcher]
    started = time.perf_counter()
    # One thread for each run, so that runs beside each other have the speed of runs after each other.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "wsed", "train", "-m", *words]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    wall = time.perf_counter() - started
    timings = [json.loads(path.read_text())["timing"] for path in folder.glob("*/results.json")]
    assert len(timings) == runs
    return Cost(wall, *(sum(timing[f"{part}_seconds"] for timing in timings) for part in ("train", "test")))


def main() -> None:
    """Prints the cost of each further run relative to its training and testing, and of a whole sweep."""
    with tempfile.TemporaryDirectory() as root:
        for jobs in (1, 2):
            for name, epochs in EPOCHS.items():
                few = sweep(Path(root, f"{jobs}{name}few"), FEW, epochs, jobs)
                many = sweep(Path(root, f"{jobs}{name}many"), MANY, epochs, jobs)
                runs = MANY - FEW
                wall = jobs * (many.wall - few.wall) / runs
                trained, tested = ((getattr(many, part) - getattr(few, part)) / runs for part in ("trained", "tested"))
                once = few.wall - FEW * wall / jobs
                ratio = jobs * many.wall / (many.trained + many.tested)
                sized = (once + RUNS * (SECONDS + wall - trained) / jobs) / (RUNS * SECONDS / jobs)
                print(
                    f"sweep: jobs={jobs}, {name} runs ({trained:.2f} s of training, {tested:.2f} s of testing): "
                    f"one more takes {wall / (trained + tested):.2f} times that, {once:.1f} s are needed once; "
                    f"{MANY} runs take {ratio:.2f} times their training and testing over the jobs; "
                    f"{RUNS} runs that train for {SECONDS} s would take {sized:.3f} times their training"
                )


if __name__ == "__main__":
    main()
