"""An epoch of 1,000 mixtures of 10 s from files: with a cold cache, with a warm one, and without a cache."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from wsed.data.audio.cache import AudioCache
from wsed.data.audio.io import read_audio
from wsed.data.datasets.mixtures import MixtureDataset
from wsed.data.mixing.overlapping_events import OverlappingEvents
from wsed.data.mixing.render import render
from wsed.data.soundbanks.folder import Folder

CLIPS, BATCH, RATE = 1000, 8, 16000
UNCACHED = 100
"""Mixtures that are rendered without a cache; their time is scaled to that of all."""


def write_files(root: Path) -> None:
    """40 events of 4 s and 40 stereo backgrounds of 10 s, at 44.1 kHz."""
    rng = np.random.default_rng(0)
    for kind, labels, seconds, channels in (("foreground", ("a", "b"), 4, 1), ("background", ("street",), 10, 2)):
        for label in labels:
            folder = root / kind / label
            folder.mkdir(parents=True)
            for number in range(40 // len(labels)):
                soundfile.write(folder / f"{number}.wav", rng.normal(0, 0.1, (44100 * seconds, channels)), 44100)


def epoch(root: Path, cache: Path) -> dict[str, float]:
    """Seconds to open the dataset and to render it."""
    started = time.perf_counter()
    dataset = mixtures(root, cache)
    opened = time.perf_counter()
    for start in range(0, CLIPS, BATCH):
        dataset[[(0, index) for index in range(start, start + BATCH)]]
    return {"open": opened - started, "render": time.perf_counter() - opened}


def uncached(root: Path, cache: Path) -> dict[str, float]:
    """Seconds of an epoch that reads and resamples the files of every mixture."""
    dataset = mixtures(root, cache)
    plans = [dataset.plan((0, index)) for index in range(UNCACHED)]
    started = time.perf_counter()
    for start in range(0, UNCACHED, BATCH):
        batch = plans[start : start + BATCH]
        names = {name for plan in batch for name in (plan.background, *(event.recording for event in plan.events))}
        render(batch, {name: read_audio(root / str(name), RATE) for name in names}, dataset.bank.labels, RATE, False)
    return {"open": 0.0, "render": (time.perf_counter() - started) * CLIPS / UNCACHED}


def mixtures(root: Path, cache: Path) -> MixtureDataset:
    """Mixtures of two overlapping events."""
    bank = Folder(str(root), AudioCache(str(cache), RATE, "refuse"), ("a", "b"), 4, "", -60.0, np.inf).load()
    recipe = OverlappingEvents(10.0, [[3.0, 3.0], [3.0, 3.0]], 4.0, [20.0, 20.0])
    return MixtureDataset(bank, recipe, 0, "train", CLIPS, fresh=True, for_evaluation=False, with_sources=False)


def main() -> None:
    """Prints the ratios. Each case runs in its own process, so that its memory can be measured."""
    if len(sys.argv) > 1:
        root, cache, case = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
        result = uncached(root, cache) if case == "uncached" else epoch(root, cache)
        result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "files"), Path(folder, "cache")
        write_files(root)
        found = {}
        for case in ("cold", "warm", "uncached"):
            command = [sys.executable, __file__, str(root), str(cache), case]
            found[case] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    total = {case: result["open"] + result["render"] for case, result in found.items()}
    for case, result in found.items():
        print(
            f"audio_cache: {case}: opened in {result['open']:.1f} s, {CLIPS} mixtures in {result['render']:.1f} s, "
            f"{result['memory']:.2f} GB"
        )
    print(
        f"audio_cache: an epoch from a warm cache is {total['uncached'] / total['warm']:.1f} times as fast as without "
        f"a cache, the first one {total['uncached'] / total['cold']:.1f} times"
    )


if __name__ == "__main__":
    main()
