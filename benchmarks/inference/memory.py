"""Peak memory of `wsed detect` and `wsed separate` for ten hours, compared with ten minutes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.figure import Figure
from benchmarks.settings import Settings

RATE = 16_000
RUN = ["data.clips={train: 40, val: 0, test: 8}", "trainer.max_epochs=1", "evaluation.draws=0", "logger=csv"]


SMALL = ["network.widths=[4]", "data.clips={train: 8, val: 0, test: 8}", "postprocessing=plain"]


def wsed(*words: str) -> float:
    """Runs a command; returns its peak memory in MB."""
    process = subprocess.Popen([sys.executable, "-m", "wsed", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"wsed {words[0]} failed")
    return usage.ru_maxrss / 1024


def write_noise(path: Path, minutes: int) -> None:
    """Writes noise in which a second of each ten is loud."""
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        for _ in range(minutes * 6):
            block = rng.normal(0, 0.01, 10 * RATE)
            block[:RATE] *= 20
            file.write(block)


def figures(settings: Settings) -> Iterator[Figure]:
    """The peaks and their ratio."""
    lengths = (1, 2) if settings.small else (10, 600)
    with tempfile.TemporaryDirectory() as folder:
        run = f"{folder}/run"
        wsed("train", "experiment=demo", *RUN, *(SMALL if settings.small else []), f"hydra.run.dir={run}")
        peaks = []
        for minutes in lengths:
            path = Path(folder, f"{minutes}.wav")
            write_noise(path, minutes)
            used = [str(path), "--output", f"{folder}/out"]
            peaks.append([wsed("detect", run, *used), wsed("separate", run, *used, "--classes", "gunshot")])
        for name, short, long in zip(("detect", "separate"), *peaks, strict=True):
            yield Figure(f"peak of {name}", long, "MB", f"a recording of {lengths[1]} minutes")
            yield Figure(f"growth of {name}", long / short, compared=f"{lengths[0]} minutes", ceiling=1.5)
