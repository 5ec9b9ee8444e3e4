"""Playback: how a recording sounds in a mixture, as it is or varied, so that few recordings go further in training."""

import math
from dataclasses import dataclass

import numpy as np
import soxr
import torch
from scipy import fft
from torch import Tensor

BANDS = 7
"""Frequencies at which an equaliser has a gain."""

LOWEST = 60.0
"""Hz, the first of them; the last is half the sample rate, and the rest lie evenly between on a logarithmic scale."""


@dataclass(frozen=True)
class Playback:
    """What is done to a recording.

    Attributes:
        speed: how fast it is played, which shifts its pitch as well; 1 as recorded.
        gains: dB at each of `BANDS` frequencies (after FilterAugment, Nam et al. 2022); empty for none.
    """

    speed: float = 1.0
    gains: tuple[float, ...] = ()


AS_RECORDED = Playback()


@dataclass(frozen=True)
class Variation:
    """From what playbacks are drawn.

    Attributes:
        slowest: speed.
        fastest: speed.
        spread: dB, standard deviation of the gains; 0 for none.
    """

    slowest: float
    fastest: float
    spread: float

    def draw(self, rng: np.random.Generator) -> Playback:
        """A playback: speed even on a logarithmic scale, gains normal."""
        speed = self.slowest
        if self.slowest < self.fastest:
            speed = float(np.exp(rng.uniform(np.log(self.slowest), np.log(self.fastest))))
        gains = rng.normal(0, self.spread, BANDS).tolist() if self.spread else []
        return Playback(speed, tuple(gains))


def play(sound: Tensor, playback: Playback, samples: int, sample_rate: int) -> Tensor:
    """The first samples of a sound as it is played.

    Args:
        sound: `(samples,)`, of at least `samples * playback.speed` samples.
        playback: how.
        samples: how many, as played.
        sample_rate: Hz.

    Returns:
        `(samples,)`.
    """
    if playback == AS_RECORDED:
        return sound[:samples]
    needed = sound[: math.ceil(samples * playback.speed) + 1].cpu().numpy()
    played = (
        soxr.resample(needed, playback.speed, 1, quality="HQ")[:samples] if playback.speed != 1 else needed[:samples]
    )
    if playback.gains:
        played = _equalise(played, playback.gains, sample_rate)
    return torch.from_numpy(played).to(sound.device)


def _equalise(
    sound: np.ndarray[tuple[int], np.dtype[np.float32]], gains: tuple[float, ...], sample_rate: int
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Gains that run in straight lines from band to band, in dB over the logarithm of frequency; phases stay."""
    length = fft.next_fast_len(len(sound), real=True)
    bands = np.geomspace(LOWEST, sample_rate / 2, len(gains))
    frequencies = fft.rfftfreq(length, 1 / sample_rate)
    decibels = np.interp(np.log(np.maximum(frequencies, LOWEST)), np.log(bands), gains)
    factors = (10 ** (decibels / 20)).astype(np.float32)
    filtered: np.ndarray[tuple[int], np.dtype[np.float32]] = fft.irfft(fft.rfft(sound, length) * factors, length)
    return filtered[: len(sound)]
