"""Seconds of audio that each system analyses in a second, on one core and on two, with untrained weights."""

import time

import numpy as np
import torch

from wsed.config import composed
from wsed.inference.model import Model
from wsed.postprocessing.thresholds import Thresholds
from wsed.training.allocator import keep_freed_memory
from wsed.training.build import build_system
from wsed.training.trainer import resolve_precision

SECONDS = 60
SYSTEMS = (
    "jsc",
    "mtl",
    "vgg_gwrp",
    "ddc_fap",
    "gated_crnn",
    "crnn",
    "strong_weak",
    "talnet",
    "attention",
    "dnn",
    "mlp",
)
THREADS = (1, 2)


def model(experiment: str) -> Model:
    """The system of an experiment at its full size, whose clips are as long as those it would be trained with."""
    config = composed(f"experiment={experiment}")
    postprocessing = Thresholds(0.5, 1.0, 0.0, 0.0, 0.0, 0.5)
    clip_seconds = config["mixing"]["duration"]
    return Model(build_system(config).eval(), postprocessing, clip_seconds, resolve_precision("auto"))


def speed(used: Model, separating: bool, threads: int) -> float:
    """Seconds of audio in a second, after one pass to warm up."""
    torch.set_num_threads(threads)
    noise = np.random.default_rng(0).normal(0, 0.1, SECONDS * used.sample_rate).astype(np.float32)
    start = 0.0
    for _ in range(2):
        start = time.perf_counter()
        if separating:
            used.separate(noise, used.sample_rate, list(used.labels))
        else:
            used.detect(noise, used.sample_rate)
    return SECONDS / (time.perf_counter() - start)


def main() -> None:
    """Prints the speeds of each system relative to real time."""
    keep_freed_memory()
    print(f"speed relative to real time, {resolve_precision('auto')}, clips overlap by half")
    for experiment in SYSTEMS:
        used = model(experiment)
        for separating in (False, True)[: 1 + used.separates]:
            speeds = [f"{speed(used, separating, threads):6.1f} on {threads}" for threads in THREADS]
            print(f"{experiment:12} {'separate' if separating else 'detect':8} {', '.join(speeds)} cores")


if __name__ == "__main__":
    main()
