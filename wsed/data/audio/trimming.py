"""Trimming of silence in recordings of single events."""

import numpy as np
import torch
from torch import Tensor

FRAME_SECONDS = 0.02


def trim_silence(samples: Tensor, sample_rate: int, threshold: float, max_pause: float) -> Tensor:
    """Removes the silence at both ends of a sound, and shortens long pauses inside it.

    A frame of 20 ms is active if its RMS, relative to that of the loudest frame, is at least `threshold`. The middle of
    a pause that is too long is removed, so that the decay before it and the onset after it stay.

    Args:
        samples: `(samples,)`, on the CPU.
        sample_rate: Hz.
        threshold: dB relative to the loudest frame, negative.
        max_pause: the longest pause in seconds; infinity trims only the two ends.

    Returns:
        `(samples,)`; a sound that is all zeros is returned unchanged.
    """
    frame = round(FRAME_SECONDS * sample_rate)
    # NumPy, because starting PyTorch's threads takes longer than the computation.
    padded = np.pad(samples.numpy().astype(np.float64), (0, -len(samples) % frame))
    power = np.square(padded.reshape(-1, frame)).mean(1)
    active = np.flatnonzero(power >= power.max() * 10 ** (threshold / 10))
    frames = np.arange(active[0], active[-1] + 1)
    since_active = frames - active[np.searchsorted(active, frames, side="right") - 1]
    until_active = active[np.searchsorted(active, frames)] - frames
    # The small term corrects rounding: 0.3 / 0.02 is slightly less than 15.
    max_frames = int(min(max_pause / FRAME_SECONDS + 1e-6, len(power)))
    kept = frames[(since_active <= max_frames - max_frames // 2) | (until_active <= max_frames // 2)]
    mask = np.zeros(len(power), dtype=bool)
    mask[kept] = True
    return samples[torch.from_numpy(np.repeat(mask, frame)[: len(samples)])]
