"""Fake run folders with known numbers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

CLASSES = ["baby_cry", "glass_break"]
SAMPLE_RATE = 16_000
TIME, FREQ = 24, 8

MakeRun = Callable[..., Path]


def make_metrics(sdr: float, eer: float) -> dict[str, float | None]:
    """Metrics of one run; the classes lie 1 dB and 0.1 around the overall numbers."""
    metrics: dict[str, float | None] = {"tagging/map": 0.9, "frame/map": 0.7, "frame/eer": eer}
    for prefix, level in (("", sdr), ("mixture/", -5.0), ("ideal_binary_mask/", 18.0)):
        metrics |= {f"separation/{prefix}sdr": level, f"separation/{prefix}sir": level + 10}
        metrics[f"separation/{prefix}sar"] = None if prefix == "mixture/" else level + 2
        for label, offset in zip(CLASSES, (1, -1), strict=True):
            metrics[f"separation/{prefix}class/{label}/sdr"] = level + offset
            metrics[f"separation/{prefix}class/{label}/sir"] = level + 10 + offset
            metrics[f"separation/{prefix}class/{label}/sar"] = 250.0 if prefix == "mixture/" else level + 2
    for label, shift in zip(CLASSES, (0.1, -0.1), strict=True):
        metrics |= {f"frame/class/{label}/eer": eer + shift, f"frame/class/{label}/ap": 0.5}
        metrics[f"tagging/class/{label}/ap"] = 0.5
    return metrics


def make_examples(folder: Path, seed: int, masks: bool) -> None:
    """Two clips with arrays and sounds, and masks or saliency; truth and mixture do not depend on `seed`."""
    fixed, own = np.random.default_rng(0), np.random.default_rng(seed)
    strong = np.zeros((2, 2, TIME), dtype=np.uint8)
    strong[:, :, 6:12] = 1
    arrays: dict[str, Any] = {
        "filename": np.array(["clip_a.wav", "clip_b.wav"]),
        "label": np.array(CLASSES),
        "labels": np.array(CLASSES),
        "log_mel": fixed.normal(size=(2, TIME, FREQ)),
        "ideal_binary_mask": fixed.integers(0, 2, (2, TIME, FREQ)),
        "frame_probs": own.uniform(size=(2, 2, TIME)),
        "strong": strong,
        "frames_per_second": np.float64(12),
    }
    names = ("masks",) if masks else ("saliency_strong", "saliency_weak")
    arrays |= {name: own.uniform(size=(2, TIME, FREQ)) for name in names}
    np.savez(folder / "predictions" / "examples.npz", **arrays)
    for stem in ("clip_a", "clip_b"):
        audio = folder / "predictions" / "audio" / stem
        audio.mkdir(parents=True)
        for name, random in {"mixture": fixed, "truth": fixed, **({"separated": own} if masks else {})}.items():
            samples = random.integers(-2000, 2000, 1600, dtype=np.int16)
            soundfile.write(audio / f"{name}.flac", samples, SAMPLE_RATE)


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes a run folder; keywords replace entries of `results.json`."""

    def make(
        folder: str,
        pooling: str,
        sdr: float = 6.0,
        eer: float = 0.3,
        examples: bool = True,
        masks: bool = True,
        **changes: Any,
    ) -> Path:
        path = tmp_path / folder
        (path / "predictions").mkdir(parents=True)
        results = {
            "name": "demo",
            "identity": f"id-{folder}",
            "overrides": [f"pooling={pooling}"],
            "command": f"wsed train experiment=demo pooling={pooling}",
            "choices": {"data": "generated", "model": "jsc", "pooling": pooling, "loss": "weak"},
            "labels": CLASSES,
            "seed": 1,
            "parameters": 17000,
            "metrics": make_metrics(sdr, eer),
            "timing": {"train_seconds": 61.2, "test_seconds": 20.1},
            "versions": {"torch": "2"},
            "git": {"commit": "0123456789abcdef", "dirty": True},
        }
        (path / "results.json").write_text(json.dumps(results | changes))
        (path / "status.json").write_text(json.dumps({"status": "done", "reason": None}))
        if examples:
            make_examples(path, len(pooling) + ord(pooling[0]), masks)
        return path

    return make


@pytest.fixture
def failed_run(tmp_path: Path) -> Path:
    """A run that broke before its test."""
    path = tmp_path / "broken"
    path.mkdir()
    (path / "status.json").write_text(json.dumps({"status": "failed", "reason": "loss is <nan> at step 7"}))
    return path


@pytest.fixture
def sweep(make_run: MakeRun, tmp_path: Path) -> Path:
    """Two poolings with three seeds each, of which one is better each time, and a third with one seed."""
    for seed in (1, 2, 3):
        for pooling, gain in (("gwrp", 1.0), ("gap", 0.0)):
            sdr = 5 + seed + gain + 0.01 * seed * gain
            make_run(f"{pooling}{seed}", pooling, sdr=sdr, eer=0.3 + 0.01 * seed, seed=seed)
    make_run("gmp1", "gmp", sdr=1.0, eer=0.4, examples=False)
    return tmp_path
