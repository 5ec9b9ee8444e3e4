"""Trainings small enough to run for real in a test."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.small_run import LOGGED, SMALL
from wsed.__main__ import main


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "offline")


@pytest.fixture(scope="session")
def logged_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two jobs in one process, with the default logger in an environment that says nothing of W&B."""
    folder = tmp_path_factory.mktemp("sweep")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "home"))
        for name in ("WANDB_MODE", "WANDB_API_KEY", "WANDB_DATA_DIR"):
            patch.delenv(name, raising=False)
        shown = ["logger.checkpoint=true", "logger.tags=[mine]"]
        assert main(["train", "-m", *LOGGED, *shown, "seed=1,2", "name=two", f"hydra.sweep.dir={folder}"]) == 0
    return folder


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a small `wsed train` with further overrides; returns its exit code, stdout and stderr."""

    def run(*words: str, small: Sequence[str] = SMALL) -> tuple[int, str, str]:
        code = main(["train", *small, *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A folder of sounds to train on, for `data=folder`."""
    return write_bank(tmp_path / "bank")


def write_bank(root: Path) -> Path:
    """Writes four recordings of each of two classes, and four of a scene."""
    for label in ("bell", "bark"):
        for index in range(4):
            _noise(root / "foreground" / label / f"{index}.wav", 0.4)
    for index in range(4):
        _noise(root / "background" / "street" / f"{index}.wav", 1.5)
    return root


def _noise(path: Path, seconds: float, rate: int = 16000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(len(str(path))).normal(0, 0.1, round(seconds * rate))
    soundfile.write(path, samples, rate)
