"""Synthesis of three event classes and four scenes.

Cached recordings are identified by the text of this file, among others: any edit synthesises them again.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""`(samples,)`."""

SCENE_SECONDS = 6.0
TABLE = 2048
"""Points of one period of a harmonic sound, a power of two."""


def synthesise(label: str, count: int, rate: int, seed: int) -> list[NDArray[np.float32]]:
    """The recordings of one event class or scene, each with a peak of 0.5.

    Args:
        label: a key of `EVENTS` or `SCENES`.
        count: the number of recordings.
        rate: sample rate in Hz.
        seed: of the sounds; recording `i` depends only on the seed, the label, `i` and the rate.

    Returns:
        `(samples,)` each.
    """
    found = []
    for number in range(count):
        rng = np.random.default_rng([seed, zlib.crc32(label.encode()), number])
        samples = {**EVENTS, **SCENES}[label](rng, rate)
        samples *= 0.5 / np.abs(samples).max()
        found.append(samples.astype(np.float32))
    return found


def baby_cry(rng: np.random.Generator, rate: int) -> Samples:
    """One to three harmonic cries with two formants, whose pitch rises and falls with a tremor."""
    formants = rng.normal([1100, 3000], [150, 300])
    base = rng.uniform(330, 560)
    parts = []
    for _ in range(rng.integers(1, 4)):
        samples = round(rng.uniform(0.45, 0.9) * rate)
        place = np.linspace(0, 1, samples)
        bend = 1 + rng.uniform(0.1, 0.4) * np.sin(np.pi * place ** rng.uniform(0.6, 1.4))
        tremor = 1 + rng.uniform(0.01, 0.04) * np.sin(2 * np.pi * rng.uniform(4, 9) * place * samples / rate)
        pitch = base * rng.uniform(0.9, 1.15) * bend * tremor
        voice = _harmonic(rng, pitch, rate, formants, tilt=rng.uniform(0.3, 0.9))
        breath = 0.05 * _coloured(rng, samples, 0.5)
        parts += [(voice + breath) * np.sin(np.pi * place) ** 0.4, np.zeros(round(rng.uniform(0.06, 0.2) * rate))]
    return np.concatenate(parts[:-1])


def glass_break(rng: np.random.Generator, rate: int) -> Samples:
    """A broadband crack, then inharmonic partials that ring, and shards that fall later."""
    samples = round(rng.uniform(0.5, 1.4) * rate)
    sound = np.zeros(samples)
    crack = _coloured(rng, samples, -0.3) * _decay(samples, rate, rng.uniform(0.006, 0.02))
    sound += crack / np.abs(crack).max()
    _ring(rng, sound, rate, onset=0, partials=int(rng.integers(25, 50)), longest=0.3, level=0.5)
    for _ in range(rng.integers(4, 12)):
        onset = round(rng.uniform(0.05, 0.8) * samples)
        _ring(rng, sound, rate, onset, partials=int(rng.integers(3, 9)), longest=0.15, level=rng.uniform(0.1, 0.4))
    return sound


def gunshot(rng: np.random.Generator, rate: int) -> Samples:
    """A decaying burst of noise, a boom of falling pitch, and up to two echoes."""
    samples = round(rng.uniform(0.4, 1.1) * rate)
    blast = _coloured(rng, samples, rng.uniform(0.0, 0.4)) * _decay(samples, rate, rng.uniform(0.02, 0.05))
    tail = _coloured(rng, samples, rng.uniform(0.8, 1.4)) * _decay(samples, rate, rng.uniform(0.08, 0.2))
    seconds = np.arange(samples) / rate
    pitch = rng.uniform(50, 90) * (1 + np.exp(-seconds / 0.04))
    boom = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * _decay(samples, rate, rng.uniform(0.08, 0.15))
    sound: Samples = blast / np.abs(blast).max() + 0.4 * tail / np.abs(tail).max() + rng.uniform(0.2, 0.5) * boom
    for _ in range(rng.integers(0, 3)):
        delay = round(rng.uniform(0.06, 0.25) * rate)
        sound[delay:] += rng.uniform(0.1, 0.35) * sound[: samples - delay]
    return sound


def wind(rng: np.random.Generator, rate: int) -> Samples:
    """Low noise in gusts, with a drifting whistle."""
    samples = round(SCENE_SECONDS * rate)
    gusts = 0.3 + _slow(rng, samples, rate, rng.uniform(0.3, 0.8))
    rumble = _coloured(rng, samples, rng.uniform(1.0, 1.6)) * gusts
    pitch = rng.uniform(500, 1200) * (0.8 + 0.5 * _slow(rng, samples, rate, 0.5))
    whistle = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * _slow(rng, samples, rate, 2.0) * gusts
    return _unit(rumble) + rng.uniform(0.1, 0.5) * _unit(whistle) + _distractors(rng, samples, rate)


def traffic(rng: np.random.Generator, rate: int) -> Samples:
    """Engines of slowly changing pitch over a rumble, and passing tyres."""
    samples = round(SCENE_SECONDS * rate)
    sound = _unit(_coloured(rng, samples, rng.uniform(1.0, 1.5)))
    for _ in range(rng.integers(1, 4)):
        pitch = rng.uniform(40, 120) * (0.8 + 0.4 * _slow(rng, samples, rate, 0.4))
        engine = _harmonic(rng, pitch, rate, np.array([150.0, 500.0]), tilt=0.8)
        sound += rng.uniform(0.3, 0.8) * _unit(engine * _slow(rng, samples, rate, 0.4))
    tyres = _coloured(rng, samples, 0.3) * _slow(rng, samples, rate, 0.4) ** 2
    return sound + rng.uniform(0.2, 0.6) * _unit(tyres) + _distractors(rng, samples, rate)


def rain(rng: np.random.Generator, rate: int) -> Samples:
    """A hiss of many drops, some of them close."""
    samples = round(SCENE_SECONDS * rate)
    sound = _unit(_coloured(rng, samples, rng.uniform(-0.2, 0.4)) * (0.7 + 0.3 * _slow(rng, samples, rate, 0.5)))
    near = np.zeros(samples)
    for onset in rng.integers(0, samples, rng.integers(20, 80)):
        _ring(rng, near, rate, int(onset), partials=2, longest=0.03, level=rng.uniform(0.2, 1.0))
    return sound + rng.uniform(0.2, 0.7) * _unit(near) + _distractors(rng, samples, rate)


def babble(rng: np.random.Generator, rate: int) -> Samples:
    """Several voices at once."""
    samples = round(SCENE_SECONDS * rate)
    sound = 0.3 * _unit(_coloured(rng, samples, 1.0))
    for _ in range(rng.integers(4, 9)):
        pitch = rng.uniform(90, 260) * (0.8 + 0.4 * _slow(rng, samples, rate, 2.0))
        syllables = np.maximum(0, _slow(rng, samples, rate, rng.uniform(3, 5)) - 0.3)
        voice = _harmonic(rng, pitch, rate, rng.uniform([350, 900], [800, 2400]), tilt=1.0)
        sound += rng.uniform(0.3, 1.0) * _unit(voice * syllables)
    return sound + _distractors(rng, samples, rate)


EVENTS = {"baby_cry": baby_cry, "glass_break": glass_break, "gunshot": gunshot}
SCENES = {"wind": wind, "traffic": traffic, "rain": rain, "babble": babble}


def _distractors(rng: np.random.Generator, samples: int, rate: int) -> Samples:
    """A few chirps, clicks and calls, all shorter than an event."""
    sound = np.zeros(samples)
    for kind in rng.integers(0, 3, rng.integers(2, 8)):
        length = round(rng.uniform(0.05, 0.25) * rate)
        onset = int(rng.integers(samples - length))
        place = np.linspace(0, 1, length)
        if kind == 0:
            pitch = rng.uniform(800, 3000) * (1 + rng.uniform(-0.4, 0.4) * place)
            part = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * np.sin(np.pi * place)
        elif kind == 1:
            part = _coloured(rng, length, 0.0) * _decay(length, rate, rng.uniform(0.003, 0.01))
        else:
            pitch = rng.uniform(250, 600) * np.ones(length)
            part = _harmonic(rng, pitch, rate, np.array([900.0, 2500.0]), tilt=0.8) * np.sin(np.pi * place)
        sound[onset : onset + length] += rng.uniform(0.5, 1.5) * part / np.abs(part).max()
    return sound


def _harmonic(rng: np.random.Generator, pitch: Samples, rate: int, formants: Samples, tilt: float) -> Samples:
    """A voice: harmonics of `pitch` (Hz, by sample) that fall with `tilt` and swell near the formants (Hz)."""
    highest = max(1, int(0.45 * rate / pitch.max()))
    number = np.arange(1, min(highest, 30) + 1)
    distance = (number[:, None] * pitch.mean() - formants) / (0.35 * formants)
    gain = number**-tilt * (0.15 + np.exp(-0.5 * distance**2).sum(1))
    phases = rng.uniform(0, 2 * np.pi, len(number))
    angle = 2 * np.pi * np.arange(TABLE) / TABLE
    period = (gain[:, None] * np.sin(number[:, None] * angle + phases[:, None])).sum(0)
    points = np.cumsum(pitch) * (TABLE / rate)
    voice: Samples = period[points.astype(int) & (TABLE - 1)]
    return voice


def _ring(
    rng: np.random.Generator, sound: Samples, rate: int, onset: int, partials: int, longest: float, level: float
) -> None:
    """Adds decaying partials between 1.2 kHz and 90 % of the band; decay times up to `longest` seconds."""
    length = min(len(sound) - onset, round(4 * longest * rate))
    seconds = np.arange(length) / rate
    pitches = np.exp(rng.uniform(np.log(1200), np.log(0.45 * rate), partials))[:, None]
    decays = rng.uniform(0.2, 1.0, partials)[:, None] * longest
    gains = rng.uniform(0.2, 1.0, partials)[:, None]
    phases = rng.uniform(0, 2 * np.pi, partials)[:, None]
    rung = (gains * np.exp(-seconds / decays) * np.sin(2 * np.pi * pitches * seconds + phases)).sum(0)
    sound[onset : onset + length] += level * rung / gains.sum() * np.sqrt(partials)


def _coloured(rng: np.random.Generator, samples: int, slope: float) -> Samples:
    """Noise whose amplitude falls as frequency to the power of `-slope`."""
    spectrum = np.fft.rfft(rng.normal(size=samples))
    bins = np.arange(len(spectrum))
    # Below 20 Hz or so a power law would hold nearly all of the energy.
    spectrum *= np.maximum(bins, len(bins) / 400) ** -slope
    return np.fft.irfft(spectrum, samples)


def _slow(rng: np.random.Generator, samples: int, rate: int, speed: float) -> Samples:
    """A random curve between 0 and 1 that turns about `speed` times a second."""
    points = max(4, round(samples / rate * speed) + 2)
    return np.interp(np.linspace(0, points - 1, samples), np.arange(points), rng.uniform(0, 1, points))


def _decay(samples: int, rate: int, seconds: float) -> Samples:
    """An exponential that falls to a third in `seconds`."""
    return np.exp(-np.arange(samples) / (rate * seconds))


def _unit(sound: Samples) -> Samples:
    """The sound at an RMS of 1."""
    unit: Samples = sound / np.sqrt(np.mean(sound**2))
    return unit
