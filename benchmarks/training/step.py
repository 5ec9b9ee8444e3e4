"""A training step of every system, against a loop over the bare network, and as a share of what the device can do.

The step is that of wsed: features, network, pooling, losses, gradient and optimizer, on a batch that lies on the
device. The bare loop has the same network and head on features that lie there, no pooling and no loss, and the same
optimizer.
"""

import warnings
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from benchmarks.ceilings import allow_tf32, kinds, peak
from benchmarks.figure import SHARE, Figure, not_here
from benchmarks.settings import Settings
from benchmarks.systems import SYSTEMS, Case, autocast, bare_forward, case, network_flops, optimizer_of
from benchmarks.timing import seconds
from wsed.training.allocator import keep_freed_memory

GPU_MINUTES = 2.0


def training_step(measured: Case, kind: str) -> Callable[[], None]:
    """A step of wsed, as often as it is called.

    Args:
        measured: the system and its batch.
        kind: `fp32`, `tf32` or `bf16`.
    """
    system, batch = measured.system, measured.batch
    return _step(measured, kind, lambda: system.training_step(batch, 0))


def bare_step(measured: Case, kind: str) -> Callable[[], None]:
    """A step of the network and the head alone; the arguments are those of `training_step`."""
    system = measured.system
    with torch.no_grad():
        features = system.features(measured.batch.waveform)
    return _step(measured, kind, lambda: bare_forward(system, features))


def _step(measured: Case, kind: str, forward: Callable[[], Tensor]) -> Callable[[], None]:
    optimizer = optimizer_of(measured.system)
    device = measured.batch.waveform.device.type

    def step() -> None:
        # First, because CUDA graphs own the gradients of the step before.
        optimizer.zero_grad()
        with autocast(device, kind):
            loss = forward()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def figures(settings: Settings) -> Iterator[Figure]:
    """Clips per second, the share of the peak, and the ratio to the bare loop, in each kind of arithmetic."""
    # Lightning's, that a system without a trainer logs nothing.
    warnings.simplefilter("ignore")
    keep_freed_memory()
    peaks = {kind: peak(kind, settings) for kind in kinds(settings.device)}
    for experiment in SYSTEMS:
        measured = case(experiment, settings)
        flops = network_flops(measured.config, measured.clips)
        for kind in ("fp32", "tf32", "bf16"):
            name = f"{experiment}, {kind}"
            if kind not in peaks:
                yield not_here(name, "only GPUs have it")
                continue
            allow_tf32(kind == "tf32")
            try:
                steps = {"whole": training_step(measured, kind), "bare": bare_step(measured, kind)}
                taken = seconds(steps, settings.seconds / 2)
            except torch.OutOfMemoryError:
                yield not_here(name, f"a batch of {measured.clips} clips does not fit into memory")
                continue
            speed, share = measured.clips / taken["whole"], flops / taken["whole"] / peaks[kind]
            yield Figure(f"{name}: speed", speed, "clips/s", f"steps of {measured.clips} clips")
            yield Figure(f"{name}: peak", share, SHARE, f"the peak, {peaks[kind] / 1e12:.3g} TFLOP/s")
            ratio = taken["whole"] / taken["bare"]
            yield Figure(f"{name}: time of a step", ratio, compared="a loop over the bare network", ceiling=3)
