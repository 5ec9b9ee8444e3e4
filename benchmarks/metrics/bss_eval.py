"""SDR, SIR and SAR of four sets of estimates in one call, compared with one call of mir_eval each."""

import warnings
from collections.abc import Iterator

import mir_eval
import torch

from benchmarks.figure import Figure
from benchmarks.settings import Settings
from benchmarks.timing import seconds
from wsed.metrics.bss_eval import bss_eval
from wsed.training.allocator import keep_freed_memory

ESTIMATES = 4


def figures(settings: Settings) -> Iterator[Figure]:
    """The speed relative to mir_eval, on clips of 4 s at 16 kHz."""
    warnings.filterwarnings("ignore", category=FutureWarning)
    # As `wsed train` does; both benefit.
    keep_freed_memory()
    samples = 8000 if settings.small else 64000
    generator = torch.Generator().manual_seed(0)
    references = torch.randn(2, samples, generator=generator)
    noise = torch.randn(ESTIMATES, 2, samples, generator=generator)
    estimates = references + 0.3 * references.flip(0) + 0.3 * noise
    exact, single = references.double().numpy(), estimates[0].double().numpy()

    def theirs() -> float:
        return float(mir_eval.separation.bss_eval_sources(exact, single, compute_permutation=False)[0][0])

    assert abs(float(bss_eval(estimates, references)["sdr"][0, 0]) - theirs()) < 1e-3
    taken = seconds({"ours": lambda: bss_eval(estimates, references), "theirs": theirs}, settings.seconds)
    speed = ESTIMATES * taken["theirs"] / taken["ours"]
    yield Figure("speed", speed, compared="mir_eval.separation.bss_eval_sources", floor=2)
