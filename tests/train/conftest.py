"""Trainings small enough to run for real in a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wsed.cli import main

SMALL = [
    "mixing.duration=1.0",
    "data.source.recordings=4",
    "data.clips={train: 12, val: 0, test: 3}",
    "data.batch_size=6",
    "model.network.widths=[4]",
    "trainer.max_epochs=2",
    "trainer.precision=32-true",
    "trainer.enable_progress_bar=false",
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
