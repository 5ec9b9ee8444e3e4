"""The soundbank of synthetic sounds, which needs no files."""

import hashlib
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from annotated_types import Interval
from numpy.typing import NDArray

from wsed.atomic import atomic_write
from wsed.checks.files import open_regular
from wsed.checks.labels import check_labels
from wsed.checks.ranges import CacheFolder, Labels, Seed
from wsed.data.audio.storing import storing
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks import synthesis
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError, did_you_mean

FOLDS = 4

GeneratedRate = Annotated[int, Interval(ge=8000, le=10**6)]
"""Hz."""
GeneratedCount = Annotated[int, Interval(ge=FOLDS, le=10**5)]


class Generated:
    """Stand-ins for baby cry, glass break and gunshot over wind, traffic, rain and babble.

    The three events differ as the real ones do: harmonic and frequency-modulated; many inharmonic decaying partials
    after a broadband onset; an impulse of noise with a boom and echoes. Scenes contain short chirps, clicks and calls
    that share bands with the events, so that a mask of the loudest cells does not suffice. Every recording depends only
    on the seed, its label, its number and the sample rate.

    Args:
        sample_rate: Hz, at least 8000.
        labels: event classes in the order of the `class` axis, from `baby_cry`, `glass_break` and `gunshot`.
        recordings: the number of recordings of each class and each scene, at least 4; number `i` is in fold
            `1 + i % 4`.
        seed: seed of the sounds.
        cache: the folder that stores the recordings for all runs; None synthesises them every time.

    Raises:
        UserError: a label is not one of the three, or there are too few recordings.
    """

    info = CorpusInfo(
        "synthetic baby cries, breaking glass and gunshots over four scenes", "the licence of wsed", "", ("no files",)
    )

    def __init__(
        self,
        sample_rate: GeneratedRate,
        labels: Labels,
        recordings: GeneratedCount,
        seed: Seed,
        cache: CacheFolder = None,
    ) -> None:
        for label in labels:
            if label not in synthesis.EVENTS:
                known = list(synthesis.EVENTS)
                raise UserError(f"data.labels: {label} is none of {', '.join(known)}.{did_you_mean(label, known)}")
        if recordings < FOLDS:
            raise UserError(f"data.soundbank.recordings: is {recordings}; it needs {FOLDS}, one for each fold")
        self.sample_rate = sample_rate
        self.labels = check_labels(labels)
        self.recordings = recordings
        self.seed = seed
        self.cache = cache

    def load(self) -> Soundbank:
        """Synthesises every recording, each with a peak of 0.5."""
        return Soundbank(
            self.sample_rate,
            self.labels,
            tuple(recording for label in self.labels for recording in self._recordings(label)),
            tuple(recording for label in synthesis.SCENES for recording in self._recordings(label)),
        )

    def _recordings(self, label: str) -> tuple[Recording, ...]:
        return recordings(label, self.recordings, self.sample_rate, self.seed, self.cache)


@lru_cache
def recordings(label: str, count: int, rate: int, seed: int, cache: str | None) -> tuple[Recording, ...]:
    """The recordings of one event class or scene, kept in memory for the other runs of a sweep.

    Args:
        label: the event class or the scene.
        count: the number of recordings.
        rate: sample rate in Hz.
        seed: seed of the sounds.
        cache: the folder that stores the recordings; None stores nothing.
    """
    sounds = (
        synthesis.synthesise(label, count, rate, seed) if cache is None else _cached(label, count, rate, seed, cache)
    )
    names = [f"generated/{label}/{number:03d}" for number in range(count)]
    return tuple(
        Recording(name, label, 1 + number % FOLDS, name, torch.from_numpy(samples))
        for number, (name, samples) in enumerate(zip(names, sounds, strict=True))
    )


def _cached(label: str, count: int, rate: int, seed: int, cache: str) -> list[NDArray[np.float32]]:
    """The samples of each recording, from the cache; synthesises them if the cache lacks them or is damaged."""
    # Another version of the synthesis may produce different sounds, so its source is part of the key.
    source = Path(synthesis.__file__).read_text(encoding="utf-8")
    key = f"{source} {np.__version__} {label} {count} {rate} {seed}"
    digest = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    folder = Path(cache).expanduser()
    path = folder / "generated" / f"{label}-{digest}.npz"
    sounds = _stored(path, count)
    if sounds is None:
        sounds = synthesis.synthesise(label, count, rate, seed)
        with storing(folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as partial, partial.open("wb") as file:
                np.savez(file, *sounds)
    return sounds


def _stored(path: Path, count: int) -> list[NDArray[np.float32]] | None:
    """The sounds in a file of the cache; None if there is none, or if it is damaged."""
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as members:
            # Nothing is compressed, so that no array can be larger than the file. The checksums are checked.
            sizes = {entry.filename: entry.file_size for entry in members.infolist()}
            if sum(sizes.values()) > path.stat().st_size or members.testzip():
                return None
        with np.load(path, allow_pickle=False) as stored:
            sounds = [stored[f"arr_{number}"] for number in range(count)]
    except Exception:
        # A damaged archive raises any of a dozen errors.
        return None
    right = all(sound.ndim == 1 and sound.dtype == np.float32 and len(sound) for sound in sounds)
    return sounds if right and len(sizes) == count else None
