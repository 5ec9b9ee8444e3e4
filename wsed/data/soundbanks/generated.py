"""Generated sounds: three event classes over four scenes, synthesised from a seed, so that no files are needed."""

import hashlib
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from wsed.atomic import atomic_write
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError, did_you_mean

Samples = NDArray[np.float64]

FOLDS = 4
SCENE_SECONDS = 6.0
TABLE = 2048
"""Points of one period of a harmonic sound, a power of two."""


class Generated:
    """Stand-ins for baby cry, glass break and gunshot over wind, traffic, rain and babble.

    The three events differ as the real ones do: harmonic and frequency-modulated; many inharmonic decaying partials
    after a broadband onset; an impulse of noise with a boom and echoes. Scenes hold short chirps, clicks and calls that
    share bands with the events, so that a mask of the loudest cells is not enough. Every recording depends on (seed,
    its label, its number) alone.

    Args:
        sample_rate: Hz, at least 8000.
        labels: event classes in the order of the `class` axis, of `baby_cry`, `glass_break` and `gunshot`.
        recordings: of each class and each scene, at least 4; number `i` is in fold `1 + i % 4`.
        seed: of the sounds.
        cache: folder where they are kept, for all runs; None synthesises them each time.

    Raises:
        UserError: a label that is not one of the three, or too few recordings.
    """

    info = CorpusInfo(
        "synthetic baby cries, breaking glass and gunshots over four scenes", "that of wsed", "", ("no files",)
    )

    def __init__(
        self, sample_rate: int, labels: Sequence[str], recordings: int, seed: int, cache: str | None = None
    ) -> None:
        for label in labels:
            if label not in EVENTS:
                known = list(EVENTS)
                raise UserError(f"data.labels: {label} is none of {', '.join(known)}.{did_you_mean(label, known)}")
        if recordings < FOLDS:
            raise UserError(f"data.soundbank.recordings: is {recordings}; it needs {FOLDS}, one for each fold")
        self.sample_rate = sample_rate
        self.labels = tuple(labels)
        self.recordings = recordings
        self.seed = seed
        self.cache = cache

    def load(self) -> Soundbank:
        """Synthesises every recording, each with a peak of 0.5."""
        return Soundbank(
            self.sample_rate,
            self.labels,
            tuple(sound for label in self.labels for sound in self._recordings(label)),
            tuple(sound for label in SCENES for sound in self._recordings(label)),
        )

    def _recordings(self, label: str) -> tuple[Recording, ...]:
        return recordings(label, self.recordings, self.sample_rate, self.seed, self.cache)


@lru_cache
def recordings(label: str, count: int, rate: int, seed: int, cache: str | None) -> tuple[Recording, ...]:
    """The recordings of one event class or scene; kept, so that the runs of a sweep synthesise them once."""
    if cache is None:
        sounds = synthesise(label, count, rate, seed)
    else:
        # Another version of this file may make other sounds.
        known = f"{Path(__file__).read_text(encoding='utf-8')} {np.__version__} {label} {count} {rate} {seed}"
        name = hashlib.blake2b(known.encode(), digest_size=8).hexdigest()
        path = Path(cache).expanduser() / "generated" / f"{label}-{name}.npz"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as partial, partial.open("wb") as file:
                np.savez(file, *synthesise(label, count, rate, seed))
        with np.load(path) as kept:
            sounds = [kept[name] for name in kept.files]
    names = [f"generated/{label}/{number:03d}" for number in range(count)]
    return tuple(
        Recording(name, label, 1 + number % FOLDS, name, torch.from_numpy(samples))
        for number, (name, samples) in enumerate(zip(names, sounds, strict=True))
    )


def synthesise(label: str, count: int, rate: int, seed: int) -> list[NDArray[np.float32]]:
    """The samples of each recording of one event class or scene."""
    found = []
    for number in range(count):
        rng = np.random.default_rng([seed, zlib.crc32(label.encode()), number])
        samples = {**EVENTS, **SCENES}[label](rng, rate)
        samples *= 0.5 / np.abs(samples).max()
        found.append(samples.astype(np.float32))
    return found


def baby_cry(rng: np.random.Generator, rate: int) -> Samples:
    """One to three harmonic cries, their pitch rising and falling with a tremor, in a voice of two formants."""
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
    """A broadband crack, then inharmonic partials that ring on, and shards that fall after it."""
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
    """An impulse of noise that decays, a falling boom below it, and an echo or two."""
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
    """Low noise in gusts, with a whistle that drifts."""
    samples = round(SCENE_SECONDS * rate)
    gusts = 0.3 + _slow(rng, samples, rate, rng.uniform(0.3, 0.8))
    rumble = _coloured(rng, samples, rng.uniform(1.0, 1.6)) * gusts
    pitch = rng.uniform(500, 1200) * (0.8 + 0.5 * _slow(rng, samples, rate, 0.5))
    whistle = np.sin(2 * np.pi * np.cumsum(pitch) / rate) * _slow(rng, samples, rate, 2.0) * gusts
    return _unit(rumble) + rng.uniform(0.1, 0.5) * _unit(whistle) + _distractors(rng, samples, rate)


def traffic(rng: np.random.Generator, rate: int) -> Samples:
    """Engines of slowly changing pitch over a rumble, and tyres passing by."""
    samples = round(SCENE_SECONDS * rate)
    sound = _unit(_coloured(rng, samples, rng.uniform(1.0, 1.5)))
    for _ in range(rng.integers(1, 4)):
        pitch = rng.uniform(40, 120) * (0.8 + 0.4 * _slow(rng, samples, rate, 0.4))
        engine = _harmonic(rng, pitch, rate, np.array([150.0, 500.0]), tilt=0.8)
        sound += rng.uniform(0.3, 0.8) * _unit(engine * _slow(rng, samples, rate, 0.4))
    tyres = _coloured(rng, samples, 0.3) * _slow(rng, samples, rate, 0.4) ** 2
    return sound + rng.uniform(0.2, 0.6) * _unit(tyres) + _distractors(rng, samples, rate)


def rain(rng: np.random.Generator, rate: int) -> Samples:
    """A hiss of many drops, some of them near."""
    samples = round(SCENE_SECONDS * rate)
    sound = _unit(_coloured(rng, samples, rng.uniform(-0.2, 0.4)) * (0.7 + 0.3 * _slow(rng, samples, rate, 0.5)))
    near = np.zeros(samples)
    for onset in rng.integers(0, samples, rng.integers(20, 80)):
        _ring(rng, near, rate, int(onset), partials=2, longest=0.03, level=rng.uniform(0.2, 1.0))
    return sound + rng.uniform(0.2, 0.7) * _unit(near) + _distractors(rng, samples, rate)


def babble(rng: np.random.Generator, rate: int) -> Samples:
    """Voices that talk at once."""
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
    """A few chirps, clicks and calls, none of them as long as an event."""
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
