"""A run that is killed twenty times, at random moments from start-up to test, compared with an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from benchmarks.figure import SHARE, Figure
from benchmarks.settings import Settings
from wsed.runs.folder import RunFolder

KILLS, EPOCHS = 20, 40
FEW_KILLS, FEW_EPOCHS = 2, 2
"""For `--small`."""
OVERRIDES = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.clips={train: 120, val: 12, test: 24}",
    "data.batch_size=6",
    "network.widths=[8]",
    "mixing.excerpt=[0.25,1.0]",
    "mixing.second_event=0.4",
    "augmentation=stripes",
    "schedule=cosine",
    "precision=32-true",
    "runtime.progress_bar=false",
    "test=best",
    "keep_every=10",
    "logger=csv",
]
PHASES = ("start-up", "training", "test", "end")
"""In the phase `end`, all files but the last are written."""


class Run:
    """A process that trains in a folder, in its own session.

    Args:
        path: the run folder.
        epochs: how long it trains.
    """

    def __init__(self, path: Path, epochs: int) -> None:
        self.epochs = epochs
        self.folder = RunFolder(path)
        self.started = time.time()
        command = [
            sys.executable,
            "-m",
            "wsed",
            "train",
            *OVERRIDES,
            f"trainer.max_epochs={epochs}",
            f"hydra.run.dir={path}",
        ]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, env=environment)

    def phase(self) -> str:
        """The phase that the process has reached, from the files it has written."""
        for phase, path in (("end", self.folder.predictions.events), ("test", self.folder.postprocessing_path)):
            if path.is_file() and path.stat().st_mtime > self.started:
                return phase
        return "training" if self.folder.status().get("pid") == self.process.pid else "start-up"

    def wait_for(self, phase: str) -> float:
        """Waits until a phase is reached or the run has ended; returns the seconds since the start."""
        while self.process.poll() is None and PHASES.index(self.phase()) < PHASES.index(phase):
            time.sleep(0.005)
        return time.time() - self.started

    def wait_for_epochs(self, epochs: int) -> None:
        """Waits until so many epochs are done, or training is over."""
        while self.process.poll() is None and self.phase() == "training" and epochs_done(self.folder) < epochs:
            time.sleep(0.02)

    def end(self) -> float:
        """Waits for the end of the run; returns the seconds since the start."""
        code = self.process.wait()
        assert code == 0, f"{self.folder.path}: exit code {code}"
        return time.time() - self.started

    def kill(self, phase: str, share: float, length: float) -> tuple[str | None, float]:
        """Kills the run when a share of a phase is done, or at the end of the phase if that is earlier.

        Args:
            phase: the phase to kill the run in.
            share: how much of the phase is to be done, in [0, 1]; for training, the share of the epochs.
            length: duration of the phase in seconds.

        Returns:
            The phase that was hit, None if the run had ended before; and the seconds since the start.
        """
        at = self.wait_for(phase) + share * length
        if phase == "training":
            self.wait_for_epochs(int(share * self.epochs))
            at = time.time() - self.started + share * self.epochs % 1 * length / self.epochs
        while time.time() - self.started < at and self.phase() == phase and self.process.poll() is None:
            time.sleep(0.005)
        if self.process.poll() is not None:
            return None, self.end()
        hit = self.phase()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return hit, time.time() - self.started


def epochs_done(folder: RunFolder) -> int:
    """The number of epochs that a resumed run would skip."""
    path = folder.last_checkpoint
    return int(torch.load(path, weights_only=True)["epoch"]) + 1 if path.is_file() else 0


def moments(lengths: dict[str, float], kills: int, rng: random.Random) -> list[tuple[str, float]]:
    """The phase of each kill and how much of it is done by then, uniform over the duration of a run.

    Kills in training and test are in ascending order, so that the run gets further each time. Every attempt starts up
    in the same way, so kills during start-up are put between them at random.

    Args:
        lengths: duration of each phase in seconds.
        kills: their number.
        rng: draws the moments.
    """
    drawn = []
    for moment in sorted(rng.uniform(0, sum(lengths.values())) for _ in range(kills)):
        left = moment
        for phase, length in lengths.items():
            if left < length:
                drawn.append((phase, left / length))
                break
            left -= length
    later = [each for each in drawn if each[0] != "start-up"]
    for each in drawn[: kills - len(later)]:
        # With few kills, all of them may be during start-up.
        later.insert(rng.randrange(max(len(later), 1)), each)
    return later


def outcome(folder: RunFolder) -> dict[str, Any]:
    """What must not differ between the two runs."""
    curves = pd.read_csv(folder.curves_path, dtype=str)
    predictions = sorted(path for path in folder.predictions.path.rglob("*") if path.is_file())
    return {
        "metrics": folder.results()["metrics"],
        "postprocessing": folder.postprocessing(),
        # The order of columns and of the rows of an epoch depends on when the file was started.
        "curves": sorted(tuple(sorted(row.dropna().items())) for _, row in curves.iterrows()),
        "predictions": {str(path.relative_to(folder.path)): path.read_bytes() for path in predictions},
        "weights": {
            path.name: {
                name: value.numpy().tobytes()
                for name, value in torch.load(path, weights_only=True)["state_dict"].items()
            }
            for path in sorted(folder.checkpoints.glob("*.ckpt"))
        },
    }


def figures(settings: Settings) -> Iterator[Figure]:
    """Which phases were hit, the time that was lost, and the share of the results that agree."""
    kills, epochs = (FEW_KILLS, FEW_EPOCHS) if settings.small else (KILLS, EPOCHS)
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as root:
        undisturbed, killed = Path(root, "undisturbed"), Path(root, "killed")
        run = Run(undisturbed, epochs)
        ready, trained, ended = run.wait_for("training"), run.wait_for("test"), run.end()
        lengths = {"start-up": ready, "training": trained - ready, "test": ended - trained}
        hits: Counter[str | None] = Counter()
        spent = 0.0
        for phase, share in moments(lengths, kills, rng):
            hit, seconds = Run(killed, epochs).kill(phase, share, lengths[phase])
            hits[hit] += 1
            spent += seconds
        spent += Run(killed, epochs).end()
        expected, found = outcome(RunFolder(undisturbed)), outcome(RunFolder(killed))
    differ = [name for name in expected if found[name] != expected[name]]
    for phase in PHASES:
        yield Figure(f"kills in {phase}", hits[phase], "kills", f"{lengths.get(phase, 0) / ended:.0%} of the run")
    compared = f"an undisturbed run of {ended:.0f} s"
    yield Figure("time with lost work and start-ups", spent / ended, compared=compared)
    compared = f"{', '.join(differ)} differ" if differ else f"all of {', '.join(expected)} agree"
    yield Figure("results that agree", 1 - len(differ) / len(expected), SHARE, compared, floor=1)
