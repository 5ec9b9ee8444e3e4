"""An epoch of 1,000 mixtures of 10 s from files: with a cold cache, a warm one, and reading each file every time."""

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
EVERY_TIME = 100
"""Mixtures whose files are read every time; their time is scaled to that of all."""


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
    """Seconds of opening the set and of rendering it."""
    started = time.perf_counter()
    clips = mixtures(root, cache)
    opened = time.perf_counter()
    for start in range(0, CLIPS, BATCH):
        clips[[(0, index) for index in range(start, start + BATCH)]]
    return {"open": opened - started, "render": time.perf_counter() - opened}


def every_time(root: Path, cache: Path) -> dict[str, float]:
    """Seconds of an epoch that reads and resamples the files of each mixture."""
    clips = mixtures(root, cache)
    plans = [clips.plan((0, index)) for index in range(EVERY_TIME)]
    started = time.perf_counter()
    for start in range(0, EVERY_TIME, BATCH):
        batch = plans[start : start + BATCH]
        names = {name for plan in batch for name in (plan.background, *(event.recording for event in plan.events))}
        render(batch, {name: read_audio(root / str(name), RATE) for name in names}, clips.bank.labels, RATE, False)
    return {"open": 0.0, "render": (time.perf_counter() - started) * CLIPS / EVERY_TIME}


def mixtures(root: Path, cache: Path) -> MixtureDataset:
    """Two overlapping events in each."""
    bank = Folder(str(root), AudioCache(str(cache), RATE, "refuse"), ("a", "b"), 4, "", -60.0, np.inf).load()
    recipe = OverlappingEvents(10.0, [[3.0, 3.0], [3.0, 3.0]], 4.0, [20.0, 20.0])
    return MixtureDataset(bank, recipe, 0, "train", CLIPS, fresh=True, scored=False, with_sources=False)


def main() -> None:
    """Prints the ratios; each way has a process of its own, so that its memory can be told."""
    if len(sys.argv) > 1:
        root, cache, way = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
        found = every_time(root, cache) if way == "every_time" else epoch(root, cache)
        found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "files"), Path(folder, "cache")
        write_files(root)
        said = {}
        for way in ("cold", "warm", "every_time"):
            command = [sys.executable, __file__, str(root), str(cache), way]
            said[way] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    total = {way: found["open"] + found["render"] for way, found in said.items()}
    for way, found in said.items():
        print(
            f"audio_cache: {way}: opened in {found['open']:.1f} s, {CLIPS} mixtures in {found['render']:.1f} s, "
            f"{found['memory']:.2f} GB"
        )
    print(
        f"audio_cache: an epoch from a warm cache is {total['every_time'] / total['warm']:.1f} times as fast as from "
        f"files, the first one {total['every_time'] / total['cold']:.1f} times"
    )


if __name__ == "__main__":
    main()
