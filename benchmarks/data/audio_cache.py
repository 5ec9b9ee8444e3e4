"""An epoch of 1,000 mixtures of 10 s from files: with a cold cache, with a warm one, and without a cache."""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.figure import Figure
from benchmarks.isolated import isolated
from benchmarks.settings import Settings
from wsed.data.audio.cache import AudioCache
from wsed.data.audio.io import read_audio
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.overlapping_events import OverlappingEvents
from wsed.data.mixing.render import render
from wsed.data.soundbanks.folder import Folder

BATCH, RATE = 8, 16000
CLIPS, UNCACHED = 1000, 100
"""Mixtures of an epoch, and those that are rendered without a cache; the time of these is scaled to that of all."""
FILES = 40


def write_files(root: Path, files: int) -> None:
    """Events of 4 s and as many stereo backgrounds of 10 s, at 44.1 kHz."""
    rng = np.random.default_rng(0)
    for kind, labels, seconds, channels in (("foreground", ("a", "b"), 4, 1), ("background", ("street",), 10, 2)):
        for label in labels:
            folder = root / kind / label
            folder.mkdir(parents=True)
            for number in range(files // len(labels)):
                soundfile.write(folder / f"{number}.wav", rng.normal(0, 0.1, (44100 * seconds, channels)), 44100)


def epoch(root: Path, cache: Path, clips: int) -> tuple[float, float]:
    """Seconds to open the dataset and to render it, and the peak memory of the process in GB."""
    started = time.perf_counter()
    dataset = mixtures(root, cache)
    for start in range(0, clips, BATCH):
        dataset[[(0, index) for index in range(start, start + BATCH)]]
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def uncached(root: Path, cache: Path, clips: int) -> float:
    """Seconds of so many mixtures of an epoch that reads and resamples the files of every mixture."""
    dataset = mixtures(root, cache)
    plans = [dataset.plan((0, index)) for index in range(clips)]
    started = time.perf_counter()
    for start in range(0, clips, BATCH):
        batch = plans[start : start + BATCH]
        names = {event.recording for plan in batch for event in plan.events}
        names |= {plan.background for plan in batch if plan.background is not None}
        render(batch, {name: read_audio(root / name, RATE) for name in names}, dataset.bank.labels, RATE, False)
    return time.perf_counter() - started


def mixtures(root: Path, cache: Path) -> MixtureDataset:
    """Mixtures of two overlapping events."""
    bank = Folder(str(root), AudioCache(str(cache), RATE, "refuse"), ("a", "b"), 4, "", -60.0, np.inf).load()
    recipe = OverlappingEvents(10.0, [[3.0, 3.0], [3.0, 3.0]], 4.0, [20.0, 20.0])
    return MixtureDataset(bank, recipe, 0, "train", CLIPS, fresh=True, for_evaluation=False, with_sources=False)


def figures(settings: Settings) -> Iterator[Figure]:
    """Times of an epoch, each in its own process, so that its memory can be measured."""
    clips, slow, files = (16, 8, 4) if settings.small else (CLIPS, UNCACHED, FILES)
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "files"), Path(folder, "cache")
        write_files(root, files)
        cold, _ = isolated(epoch, root, cache, clips)
        warm, memory = isolated(epoch, root, cache, clips)
        without = isolated(uncached, root, cache, slow) * clips / slow
    yield Figure("speed of an epoch, warm cache", without / warm, compared="no cache", floor=2)
    yield Figure("speed of the first epoch, cold cache", without / cold, compared="no cache", floor=1)
    yield Figure("memory with a warm cache", memory, "GB", f"{clips} mixtures of 10 s")
