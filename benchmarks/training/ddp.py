"""Training on two GPUs together, against one of them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.figure import Figure, not_here
from benchmarks.settings import Settings

GPU_MINUTES = 0.6
CLIPS = 64
"""Of a batch on each device."""
NAME, COMPARED = "speed of two devices", "one device, half the batch"


def train_seconds(folder: Path, devices: int, accelerator: str, epochs: int, *more: str) -> float:
    """Seconds of the training of a JSC by `wsed train`, whose batch grows with the number of devices."""
    words = ["experiment=jsc", "logger=csv", "evaluation.draws=0", "postprocessing=plain", f"hydra.run.dir={folder}"]
    words += [f"runtime={'ddp' if devices > 1 else 'default'}", f"runtime.devices={devices}"]
    words += [f"runtime.accelerator={accelerator}", "runtime.progress_bar=false", f"trainer.max_epochs={epochs}"]
    words += [f"data.batch_size={CLIPS * devices}", f"data.clips={{train: {CLIPS * 16}, val: 0, test: 12}}", *more]
    subprocess.run([sys.executable, "-m", "wsed", "train", *words], check=True)
    return float(json.loads((folder / "results.json").read_text())["timing"]["train_seconds"])


def figures(settings: Settings) -> Iterator[Figure]:
    """The speed of an epoch; the first one, in which kernels are chosen, is subtracted."""
    if torch.cuda.device_count() < 2:
        yield not_here(NAME, "fewer than two GPUs", COMPARED)
        return
    with tempfile.TemporaryDirectory() as root:
        one, two = (
            train_seconds(Path(root, f"{devices}-3"), devices, "gpu", 3)
            - train_seconds(Path(root, f"{devices}-1"), devices, "gpu", 1)
            for devices in (1, 2)
        )
    yield Figure(NAME, one / two, compared=COMPARED, floor=1)
