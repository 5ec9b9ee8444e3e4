"""Peak memory of a training step and of inference, each system in a process of its own."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks.figure import Figure
from benchmarks.isolated import isolated
from benchmarks.settings import Settings
from benchmarks.systems import SYSTEMS, autocast, case
from benchmarks.training.step import training_step
from wsed.training.trainer import resolve_precision

GPU_MINUTES = 1.2


def figures(settings: Settings) -> Iterator[Figure]:
    """Peaks beyond the weights and the batch, in the precision of a run."""
    kind = "bf16" if resolve_precision("auto") == "bf16-mixed" else "fp32"
    for experiment in SYSTEMS[:2] if settings.small else SYSTEMS:
        clips, inference, training = isolated(peaks, experiment, settings, kind)
        yield Figure(f"{experiment}: training", training / 1e6, "MB", f"a batch of {clips} clips, {kind}")
        yield Figure(f"{experiment}: inference", inference / 1e6, "MB", "the same batch, with its separation")
        ratio = training / max(inference, 1)
        yield Figure(f"{experiment}: growth in training", ratio, compared="inference")


def peaks(experiment: str, settings: Settings, kind: str) -> tuple[int, int, int]:
    """The number of clips, and the bytes that inference and then two training steps take beyond what was there."""
    warnings.simplefilter("ignore")
    measured = case(experiment, settings)
    system, waveform = measured.system, measured.batch.waveform
    before = _start(settings.device)
    system.eval()
    with torch.inference_mode(), autocast(settings.device, kind):
        system.separate(waveform, system(waveform))
    inference = _peak(settings.device) - before
    # What inference has freed may not be returned, so training is measured from the same beginning.
    _start(settings.device)
    step = training_step(measured, kind)
    system.train()
    for _ in range(2):
        step()
    return measured.clips, inference, _peak(settings.device) - before


def _start(device: str) -> int:
    """Begins to measure; returns the bytes in use."""
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    # Linux then forgets the highest size so far.
    Path("/proc/self/clear_refs").write_text("5")
    return _peak(device)


def _peak(device: str) -> int:
    """The highest number of bytes in use since `_start`."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
