"""A short JSC training on generated sounds: its scores on the device of a run against those of a CPU in 32-true."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure
from benchmarks.settings import Settings

GPU_MINUTES = 1.2
SCORES = {"tagging/map": ("tagging, mAP", ""), "frame/map": ("frames, mAP", ""), "separation/sdr": ("SDR", "dB")}
SMALL = ["mixing.duration=1.0", "data.soundbank.recordings=4", "data.clips={train: 16, val: 0, test: 4}"]


def run(folder: Path, settings: Settings, accelerator: str, precision: str) -> dict[str, Any]:
    """The `results.json` of a run of `wsed train`."""
    words = ["experiment=demo", "logger=csv", "evaluation.draws=0", "postprocessing=plain", f"precision={precision}"]
    words += [f"runtime.accelerator={accelerator}", "runtime.progress_bar=false", f"hydra.run.dir={folder}"]
    words += [*SMALL, "trainer.max_epochs=1"] if settings.small else ["trainer.max_epochs=8"]
    subprocess.run([sys.executable, "-m", "wsed", "train", *words], check=True)
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return found


def figures(settings: Settings) -> Iterator[Figure]:
    """Each score, and its difference; the same seed and the same mixtures, but other roundings and dropout."""
    accelerator = "gpu" if settings.device == "cuda" else "cpu"
    with tempfile.TemporaryDirectory() as root:
        reference = run(Path(root, "reference"), settings, "cpu", "32-true")
        found = run(Path(root, "device"), settings, accelerator, "auto")
    for key, (name, unit) in SCORES.items():
        score, expected = found["metrics"][key], reference["metrics"][key]
        compared = f"{expected:.3f} on the CPU in 32-true"
        yield Figure(f"{name}, {settings.device}, {found['precision']}", score, unit, compared)
        if not unit:
            yield Figure(f"{name}, relative", score / max(expected, 1e-9), compared=compared, floor=0.85)
    seconds = [results["timing"]["train_seconds"] for results in (reference, found)]
    yield Figure("speed of the training", seconds[0] / seconds[1], compared="the CPU in 32-true")
