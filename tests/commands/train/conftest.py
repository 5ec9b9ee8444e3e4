"""Trainings small enough to run for real in a test."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wsed.__main__ import main

SMALL = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.clips={train: 12, val: 0, test: 3}",
    "data.batch_size=6",
    "network.widths=[4]",
    "trainer.max_epochs=2",
    "precision=32-true",
    "runtime.progress_bar=false",
    "logger=csv",
]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "offline")


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs `wsed train` on a small set with further words; returns exit code, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["train", *SMALL, *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def small() -> list[str]:
    """The overrides of a small run."""
    return list(SMALL)


def noise(path: Path, seconds: float = 1.5, rate: int = 16000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(len(str(path))).normal(0, 0.1, round(seconds * rate))
    soundfile.write(path, samples, rate)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A folder of sounds that trains."""
    root = tmp_path / "bank"
    for label in ("bell", "bark"):
        for index in range(4):
            noise(root / "foreground" / label / f"{index}.wav", 0.4)
    for index in range(4):
        noise(root / "background" / "street" / f"{index}.wav")
    return root
