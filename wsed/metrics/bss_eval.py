"""SDR, SIR, SAR, SI-SDR and level of separated sources."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torchmetrics.functional.audio import scale_invariant_signal_distortion_ratio

LOWEST_LEVEL = -100.0
"""Level of silence in dB."""


def bss_eval(estimates: Tensor, references: Tensor) -> dict[str, Tensor]:
    """SDR, SIR and SAR of BSS-eval version 3 (filters of 512 taps), as mir_eval's `bss_eval_sources` computes them.

    Most of the work depends only on the references, so that scoring several estimates in one call costs little more
    than scoring one.

    Args:
        estimates: estimate `i` belongs to reference `i`. The shape is that of the references, or has further axes in
            front of it, for several estimates of the same references.
        references: `(..., source, samples)`; none of them is silent.

    Returns:
        `sdr`, `sir` and `sar` in dB, each of the shape of `estimates` without the samples.
    """
    # Here, because it loads much of SciPy.
    from fast_bss_eval.torch import square_cosine_metrics

    sources = references.shape[-2]
    rivals = estimates.shape[: estimates.ndim - references.ndim]
    estimates = estimates.reshape(-1, *references.shape).movedim(0, -3)
    with _one_thread():
        # In float32, SAR would be 0.03 dB off. Both results are squared cosines `(..., reference, rival and source)`.
        to_own, to_all = square_cosine_metrics(
            references.double(), estimates.double().flatten(-3, -2), filter_length=512
        )
    own, every = (
        cosines.unflatten(-1, (-1, sources))
        .diagonal(dim1=-3, dim2=-1)
        .clamp(0, 1)
        .movedim(-2, 0)
        .reshape(*rivals, *references.shape[:-1])
        for cosines in (to_own, to_all)
    )
    return {"sdr": _decibels(own), "sir": _decibels((own / every).clamp(0, 1)), "sar": _decibels(every)}


def si_sdr(estimates: Tensor, references: Tensor) -> Tensor:
    """Scale-invariant SDR (Le Roux et al. 2019), with means not removed: `(..., samples)` twice to `(...)` in dB."""
    return scale_invariant_signal_distortion_ratio(
        estimates.double(), references.double().expand_as(estimates), zero_mean=False
    )


def level(estimates: Tensor, references: Tensor) -> Tensor:
    """Power of the estimates relative to that of the references, in dB: `(..., samples)` twice to `(...)`.

    Below 0, an estimate lacks parts of its source; it is at least `LOWEST_LEVEL`.
    """
    powers = [signals.double().square().sum(-1) for signals in (estimates, references)]
    return 10 * torch.log10((powers[0] / powers[1]).clamp_min(10 ** (LOWEST_LEVEL / 10)))


def _decibels(squared_cosine: Tensor) -> Tensor:
    """Ratio of the power along a direction to the remaining power, in dB."""
    return 10 * torch.log10(squared_cosine / (1 - squared_cosine))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Works around PyTorch, which hangs when it solves equations on several CPU threads (pytorch/pytorch#141358)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
