"""Perturbation of the speed and the spectrum of recordings, so that training data are more varied than a soundbank."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import soxr
import torch
from annotated_types import Interval, Len
from numpy.typing import NDArray
from scipy import fft
from torch import Tensor

BANDS = 7
"""The number of frequencies at which the equaliser has a gain."""

LOWEST_BAND = 60.0
"""Hz. The highest band is half the sample rate; the others are evenly spaced between on a logarithmic scale."""


@dataclass(frozen=True)
class Perturbation:
    """The changes of one recording.

    Attributes:
        speed: factor on the speed, which shifts the pitch as well; 1 changes nothing.
        gains: dB at each of the `BANDS` frequencies (after FilterAugment, Nam et al. 2022); empty changes nothing.
    """

    speed: Annotated[float, Interval(gt=0, le=1000)] = 1.0
    gains: Annotated[tuple[Annotated[float, Interval(ge=-1000, le=1000)], ...], Len(0, 1000)] = ()


UNPERTURBED = Perturbation()


@dataclass(frozen=True)
class RandomPerturbation:
    """A distribution of perturbations.

    Attributes:
        lowest_speed: positive.
        highest_speed: at least `lowest_speed`.
        gain_spread: dB, standard deviation of the gains; 0 for no gains.
    """

    lowest_speed: float
    highest_speed: float
    gain_spread: float

    def draw(self, rng: np.random.Generator) -> Perturbation:
        """Draws a perturbation: log-uniform speed, normal gains. Parts that are constant draw no random numbers."""
        speed = self.lowest_speed
        if self.lowest_speed < self.highest_speed:
            speed = float(np.exp(rng.uniform(np.log(self.lowest_speed), np.log(self.highest_speed))))
        gains = rng.normal(0, self.gain_spread, BANDS).tolist() if self.gain_spread else []
        return Perturbation(speed, tuple(gains))


def perturb(waveform: Tensor, perturbation: Perturbation, samples: int, sample_rate: int) -> Tensor:
    """The first samples of a recording after its perturbation.

    Args:
        waveform: `(samples,)`, at least `samples * perturbation.speed` of them.
        perturbation: the perturbation to apply.
        samples: number of samples of the result.
        sample_rate: Hz.

    Returns:
        `(samples,)`.
    """
    if perturbation == UNPERTURBED:
        return waveform[:samples]
    speed = perturbation.speed
    perturbed = waveform[: math.ceil(samples * speed) + 1].cpu().numpy()
    if speed != 1:
        perturbed = soxr.resample(perturbed, speed, 1, quality="HQ")
    perturbed = perturbed[:samples]
    if perturbation.gains:
        perturbed = _equalise(perturbed, perturbation.gains, sample_rate)
    return torch.from_numpy(perturbed).to(waveform.device)


def _equalise(samples: NDArray[np.float32], gains: tuple[float, ...], sample_rate: int) -> NDArray[np.float32]:
    """Applies gains that are interpolated linearly, in dB over the logarithm of frequency; the phase stays."""
    length = fft.next_fast_len(len(samples), real=True)
    bands = np.geomspace(LOWEST_BAND, sample_rate / 2, len(gains))
    frequencies = fft.rfftfreq(length, 1 / sample_rate)
    decibels = np.interp(np.log(np.maximum(frequencies, LOWEST_BAND)), np.log(bands), gains)
    factors = (10 ** (decibels / 20)).astype(np.float32)
    filtered: NDArray[np.float32] = fft.irfft(fft.rfft(samples, length) * factors, length)
    return filtered[: len(samples)]
