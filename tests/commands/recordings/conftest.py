import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.small_run import SMALL
from wsed.__main__ import main

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a threshold that some frames reach."""
    folder = tmp_path_factory.mktemp("trained")
    words = ["evaluation.draws=0", "postprocessing.threshold=0.3", "hydra.run.dir=run"]
    with contextlib.chdir(folder):
        assert main(["train", *SMALL, *words]) == 0
    return folder / "run"


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Recordings of several lengths, rates and numbers of channels, below the working directory."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    folder = tmp_path / "audio"
    (folder / "night").mkdir(parents=True)
    for name, shape, rate in [
        ("a.wav", (30000,), 16000),
        ("b.flac", (50000, 2), 44100),
        ("night/a.wav", (9000,), 8000),
        ("short.ogg", (300,), 16000),
    ]:
        soundfile.write(folder / name, generator.normal(0, 0.1, shape).clip(-1, 1), rate)
    return folder


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command; gives its exit code, standard output and standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run
