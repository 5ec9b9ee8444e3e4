"""Steps with a compiled network against eager ones, and how long the compiler takes."""

import os
import tempfile
import warnings
from collections.abc import Iterator

import torch

from benchmarks.figure import Figure, not_here
from benchmarks.settings import Settings
from benchmarks.systems import SYSTEMS, Case, case
from benchmarks.timing import once, seconds
from benchmarks.training.step import training_step
from wsed.errors import UserError
from wsed.training.allocator import keep_freed_memory
from wsed.training.trainer import check_compiler, resolve_precision

GPU_MINUTES = 2.2
MODES = ("default", "reduce-overhead")
"""What `compile=true` does, and the same with CUDA graphs."""


def figures(settings: Settings) -> Iterator[Figure]:
    """The speed of steps in the precision of a run, and seconds of the first one."""
    warnings.simplefilter("ignore")
    keep_freed_memory()
    kind = "bf16" if resolve_precision("auto") == "bf16-mixed" else "fp32"
    # The last one takes the compiler the least time.
    for experiment in SYSTEMS[-1:] if settings.small else SYSTEMS:
        eager = case(experiment, settings)
        for mode in MODES:
            name = f"{experiment}, mode {mode}"
            if mode == "reduce-overhead" and settings.device == "cpu":
                yield not_here(name, "only GPUs have CUDA graphs")
                continue
            # What was compiled for one mode must not speed up the compiler for the next.
            with tempfile.TemporaryDirectory() as folder:
                os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder
                yield from _compared(name, eager, case(experiment, settings), mode, kind, settings)


def _compared(name: str, eager: Case, compiled: Case, mode: str, kind: str, settings: Settings) -> Iterator[Figure]:
    torch.compiler.reset()
    compiled.system.network.compile(mode=mode)
    steps = {"eager": training_step(eager, kind), "compiled": training_step(compiled, kind)}
    try:
        check_compiler()
        first = once(steps["compiled"])
        taken = seconds(steps, settings.seconds / 2)
    except (UserError, RuntimeError) as error:
        yield not_here(name, str(error).splitlines()[0])
        return
    yield Figure(f"{name}: first step", first, "s", f"{taken['eager']:.3g} s for an eager step")
    ratio = taken["eager"] / taken["compiled"]
    yield Figure(f"{name}: speed", ratio, compared=f"eager, {kind}")
    gained = taken["eager"] - taken["compiled"]
    if gained > 0:
        yield Figure(f"{name}: break-even", first / gained, "steps", "an eager run of as many steps")
    else:
        yield not_here(f"{name}: break-even", "compiled steps are not faster")
