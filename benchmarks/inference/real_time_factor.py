"""Seconds of audio that each system analyses in a second, on one core and on two, with untrained weights."""

import time
from collections.abc import Iterator

import numpy as np
import torch

from benchmarks.figure import Figure
from benchmarks.settings import Settings
from wsed.config import composed
from wsed.inference.model import Model
from wsed.postprocessing.thresholds import Thresholds
from wsed.training.allocator import keep_freed_memory
from wsed.training.build import build_system
from wsed.training.trainer import resolve_precision

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


def speed(used: Model, separating: bool, threads: int, seconds: int) -> float:
    """Seconds of audio in a second, after one pass over so many seconds to warm up."""
    torch.set_num_threads(threads)
    noise = np.random.default_rng(0).normal(0, 0.1, seconds * used.sample_rate).astype(np.float32)
    start = 0.0
    for _ in range(2):
        start = time.perf_counter()
        if separating:
            used.separate(noise, used.sample_rate, list(used.labels))
        else:
            used.detect(noise, used.sample_rate)
    return seconds / (time.perf_counter() - start)


def figures(settings: Settings) -> Iterator[Figure]:
    """The speeds of each system on a CPU relative to real time; clips overlap by half."""
    keep_freed_memory()
    for experiment in SYSTEMS[:2] if settings.small else SYSTEMS:
        used = model(experiment)
        for name, separating in (("detect", False), ("separate", True))[: 1 + used.separates]:
            for threads in THREADS:
                found = speed(used, separating, threads, 1 if settings.small else 60)
                cores = "one core" if threads == 1 else f"{threads} cores"
                compared = f"real time, in {resolve_precision('auto')}"
                yield Figure(f"speed of {name}, {experiment}, {cores}", found, compared=compared, floor=1)
