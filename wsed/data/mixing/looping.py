"""Cropping and looping of backgrounds to the length of a clip."""

import torch
from torch import Tensor


def crop_or_loop(waveform: Tensor, start: int, samples: int, fade: int) -> Tensor:
    """Crops a recording, and repeats it with a cross-fade if it is too short.

    The cross-fade preserves the power of two uncorrelated sounds, so that the joint has neither a click nor a dip.

    Args:
        waveform: `(samples,)`.
        start: the first sample, below the length of the recording.
        samples: the length of the result.
        fade: the length of the cross-fade in samples; at most half the recording is used.

    Returns:
        `(samples,)`.
    """
    if start + samples <= len(waveform):
        return waveform[start : start + samples]
    fade = min(fade, len(waveform) // 2)
    angle = torch.linspace(0, torch.pi / 2, fade + 2, dtype=torch.float64, device=waveform.device)[1:-1]
    period = waveform[fade:].clone()
    period[len(period) - fade :] = waveform[len(waveform) - fade :] * angle.cos() + waveform[:fade] * angle.sin()
    return period[(torch.arange(samples, device=waveform.device) + start) % len(period)]
