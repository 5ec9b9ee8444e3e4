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

GPU_MINUTES = 1.0


def figures(settings: Settings) -> Iterator[Figure]:
    """Peaks beyond the weights and the batch, in the precision of a run."""
    kind = "bf16" if resolve_precision("auto") == "bf16-mixed" else "fp32"
    for experiment in SYSTEMS[:2] if settings.small else SYSTEMS:
        peaks = [isolated(peak, experiment, settings, kind, training) for training in (True, False)]
        clips, training, inference = peaks[0][0], peaks[0][1], peaks[1][1]
        yield Figure(f"{experiment}: training", training / 1e6, "MB", f"a batch of {clips} clips, {kind}")
        yield Figure(f"{experiment}: inference", inference / 1e6, "MB", "the same batch, with its separation")
        ratio = training / max(inference, 1)
        yield Figure(f"{experiment}: growth in training", ratio, compared="inference")


def peak(experiment: str, settings: Settings, kind: str, training: bool) -> tuple[int, int]:
    """The number of clips, and the bytes that two steps or two batches of inference take beyond what was there."""
    warnings.simplefilter("ignore")
    measured = case(experiment, settings)
    step = training_step(measured, kind)
    before = _start(settings.device)
    for _ in range(2):
        if training:
            step()
        else:
            system, waveform = measured.system.eval(), measured.batch.waveform
            with torch.inference_mode(), autocast(settings.device, kind):
                system.separate(waveform, system(waveform))
    return measured.clips, _peak(settings.device) - before


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
