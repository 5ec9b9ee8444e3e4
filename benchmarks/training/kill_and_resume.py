"""A run that is killed twenty times, at random moments from start-up to test, against one that is left alone."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import torch

KILLS = 20
EPOCHS = 40
WORDS = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.clips={train: 120, val: 12, test: 24}",
    "data.batch_size=6",
    "model.network.widths=[8]",
    "mixing.excerpt=[0.25,1.0]",
    "mixing.second_event=0.4",
    "augmentation=stripes",
    "schedule=cosine",
    f"trainer.max_epochs={EPOCHS}",
    "trainer.precision=32-true",
    "trainer.enable_progress_bar=false",
    "test=best",
    "keep_every=10",
    "logger=csv",
]
PHASES = ("start-up", "training", "test", "end")
"""The end is when all but the last files are written."""


class Run:
    """One process that trains in a folder, in a session of its own.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started = time.time()
        command = [sys.executable, "-m", "wsed", "train", *WORDS, f"hydra.run.dir={folder}"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, env=environment)

    def phase(self) -> str:
        """What the process has come to, as its files say."""
        for phase, name in (("end", "predictions/events.tsv"), ("test", "postprocessing.json")):
            path = self.folder / name
            if path.is_file() and path.stat().st_mtime > self.started:
                return phase
        status = self.folder / "status.json"
        if status.is_file() and json.loads(status.read_text())["pid"] == self.process.pid:
            return "training"
        return "start-up"

    def wait_for(self, phase: str) -> float:
        """Seconds since the start when a phase is reached, or the run is over."""
        while self.process.poll() is None and PHASES.index(self.phase()) < PHASES.index(phase):
            time.sleep(0.005)
        return time.time() - self.started

    def wait_for_epoch(self, epoch: int) -> None:
        """Until so many epochs are done, or training is."""
        while self.process.poll() is None and self.phase() == "training" and epochs_done(self.folder) < epoch:
            time.sleep(0.02)

    def end(self) -> float:
        """Seconds that the whole run took."""
        code = self.process.wait()
        assert code == 0, f"{self.folder}: exit code {code}"
        return time.time() - self.started

    def kill(self, phase: str, share: float, length: float) -> tuple[str | None, float]:
        """Kills the run when a share of a phase is done, or where the phase ends if that is earlier.

        Args:
            phase: in which to kill.
            share: of it, from 0 to 1. Of training it is counted in epochs.
            length: seconds of the phase.

        Returns:
            The phase that was hit, None if the run was over before; and seconds since the start.
        """
        at = self.wait_for(phase) + share * length
        if phase == "training":
            self.wait_for_epoch(int(share * EPOCHS))
            at = time.time() - self.started + share * EPOCHS % 1 * length / EPOCHS
        while time.time() - self.started < at and self.phase() == phase and self.process.poll() is None:
            time.sleep(0.005)
        if self.process.poll() is not None:
            return None, self.end()
        hit = self.phase()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return hit, time.time() - self.started


def epochs_done(folder: Path) -> int:
    """From which epoch a run would go on."""
    path = folder / "checkpoints" / "last.ckpt"
    return int(torch.load(path, weights_only=True)["epoch"]) + 1 if path.is_file() else 0


def moments(lengths: dict[str, float], rng: random.Random) -> list[tuple[str, float]]:
    """Phase and share of it of each kill, uniform over the run.

    Training and test come in their order, so that each kill lets the run come further than the one before; a start-up
    is the same wherever a run goes on, so that kills in it come anywhere between.
    """
    drawn = []
    for moment in sorted(rng.uniform(0, sum(lengths.values())) for _ in range(KILLS)):
        left = moment
        for phase, length in lengths.items():
            if left < length:
                drawn.append((phase, left / length))
                break
            left -= length
    later = [moment for moment in drawn if moment[0] != "start-up"]
    for moment in drawn[: KILLS - len(later)]:
        later.insert(rng.randrange(len(later)), moment)
    return later


def outcome(folder: Path) -> dict[str, Any]:
    """What must not differ."""
    curves = pd.read_csv(folder / "metrics.csv", dtype=str)
    predictions = sorted(path for path in (folder / "predictions").rglob("*") if path.is_file())
    return {
        "metrics": json.loads((folder / "results.json").read_text())["metrics"],
        "postprocessing": (folder / "postprocessing.json").read_text(),
        # The order of columns and of an epoch's rows depends on where the file was begun anew.
        "curves": sorted(tuple(sorted(row.dropna().items())) for _, row in curves.iterrows()),
        "predictions": {str(path.relative_to(folder)): path.read_bytes() for path in predictions},
        "weights": {
            path.name: {
                name: value.numpy().tobytes()
                for name, value in torch.load(path, weights_only=True)["state_dict"].items()
            }
            for path in sorted((folder / "checkpoints").glob("*.ckpt"))
        },
    }


def main() -> None:
    """Prints where the kills hit, what they cost, and whether the two runs are the same; exits with 1 if not."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as root:
        whole, torn = Path(root, "whole"), Path(root, "torn")
        run = Run(whole)
        ready, trained, ended = run.wait_for("training"), run.wait_for("test"), run.end()
        lengths = {"start-up": ready, "training": trained - ready, "test": ended - trained}
        hits: Counter[str | None] = Counter()
        spent = 0.0
        for phase, share in moments(lengths, rng):
            hit, seconds = Run(torn).kill(phase, share, lengths[phase])
            hits[hit] += 1
            spent += seconds
        spent += Run(torn).end()
        expected, found = outcome(whole), outcome(torn)
    differ = [name for name in expected if found[name] != expected[name]]
    said = ", ".join(f"{hits[phase]} in {phase}" for phase in PHASES)
    kills = sum(hits[phase] for phase in PHASES)
    shares = ", ".join(f"{phase} {length / ended:.0%}" for phase, length in lengths.items())
    print(f"kill: a run of {ended:.0f} s ({shares}) was killed {kills} times: {said}")
    print(f"kill: with what was lost, and the start-ups, it took {spent / ended:.1f} times as long")
    print(
        f"kill: weights of {len(expected['weights'])} checkpoints, curves, predictions and scores identical: ", end=""
    )
    print(f"no, {', '.join(differ)} differ" if differ else "yes")
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
