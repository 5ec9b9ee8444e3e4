"""Separation scores and the masks they are compared with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from fast_bss_eval.torch import square_cosine_metrics
from torch import Tensor
from torchmetrics.functional.audio import scale_invariant_signal_distortion_ratio

from wsed.features.log_mel import LogMel


def bss_eval(estimates: Tensor, references: Tensor) -> dict[str, Tensor]:
    """SDR, SIR and SAR of BSS-eval version 3 (filters of 512 taps), as mir_eval's `bss_eval_sources` computes them.

    Most of the work depends on the references alone, so that rival estimates scored in one call cost little more than
    one.

    Args:
        estimates: `(..., source, samples)`, of the references' shape, source `i` belonging to reference `i`; or of that
            shape behind further axes, of rival estimates of the same references.
        references: `(..., source, samples)`, none silent.

    Returns:
        `sdr`, `sir` and `sar` in dB, each of the shape of `estimates` without the samples.
    """
    sources = references.shape[-2]
    rivals = estimates.shape[: estimates.ndim - references.ndim]
    estimates = estimates.reshape(-1, *references.shape).movedim(0, -3)
    with _one_thread():
        # float32 is 0.03 dB off in SAR. Both are squared cosines `(..., reference, rival and source)`.
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
    """Scale-invariant SDR (Le Roux et al. 2019), the means left in: `(..., samples)` twice to `(...)` in dB."""
    return scale_invariant_signal_distortion_ratio(
        estimates.double(), references.double().expand_as(estimates), zero_mean=False
    )


def _decibels(squared_cosine: Tensor) -> Tensor:
    """Power of what lies along a direction to power of the rest."""
    return 10 * torch.log10(squared_cosine / (1 - squared_cosine))


@contextmanager
def _one_thread() -> Iterator[None]:
    """PyTorch on the CPU hangs where it solves equations on several threads that were set (pytorch/pytorch#141358)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


IBM_RATIO = 1.7
"""Amplitude ratio above which a cell of the ideal binary mask belongs to the event (4.6 dB; Kong 2018, code)."""


def ideal_binary_mask(features: LogMel, source: Tensor, rest: Tensor) -> Tensor:
    """1 where a source's magnitude is more than 1.7 times the rest's.

    Args:
        features: whose STFT is used.
        source: `(batch, samples)`.
        rest: `(batch, samples)`, everything else in the mixture.

    Returns:
        `(batch, time, bin)` 0/1.
    """
    return (features.stft(source).abs() > IBM_RATIO * features.stft(rest).abs()).float()


def ideal_mel_mask(features: LogMel, source: Tensor, rest: Tensor) -> Tensor:
    """The ideal binary mask on mel bands, for pictures: `(batch, samples)` twice to `(batch, time, freq)` 0/1."""
    return (features.mel_magnitude(source) > IBM_RATIO * features.mel_magnitude(rest)).float()


def ideal_ratio_mask(features: LogMel, source: Tensor, rest: Tensor) -> Tensor:
    """A source's share of the magnitudes, `|source| / (|source| + |rest|)`.

    Args:
        features: whose STFT is used.
        source: `(batch, samples)`.
        rest: `(batch, samples)`, everything else in the mixture.

    Returns:
        `(batch, time, bin)` in [0, 1].
    """
    own, other = features.stft(source).abs(), features.stft(rest).abs()
    return own / (own + other).clamp_min(1e-12)


IdealMask = Callable[[LogMel, Tensor, Tensor], Tensor]


def separate_ideally(
    features: LogMel, waveform: Tensor, sources: Tensor, ideal_mask: IdealMask = ideal_binary_mask
) -> tuple[Tensor, Tensor]:
    """Separation by the ideal mask of each class; the background gets what no class has.

    Args:
        features: whose STFT is used.
        waveform: `(batch, samples)`.
        sources: `(batch, class, samples)`.
        ideal_mask: `ideal_binary_mask` or `ideal_ratio_mask`.

    Returns:
        The classes `(batch, class, samples)` and the background `(batch, samples)`.
    """
    masks = torch.stack([ideal_mask(features, source, waveform - source) for source in sources.unbind(1)], 1)
    rest = (1 - masks.sum(1, keepdim=True)).clamp_min(0)
    separated = features.apply_mask(waveform, torch.cat([masks, rest], 1))
    return separated[:, :-1], separated[:, -1]
