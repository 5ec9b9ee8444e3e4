"""Runs small enough to train for real in a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wsed.__main__ import main

SMALL = [
    "mixing.duration=1.0",
    "data.soundbank.recordings=4",
    "data.clips={train: 12, val: 0, test: 6}",
    "data.batch_size=6",
    "network.widths=[4]",
    "trainer.max_epochs=2",
    "precision=32-true",
    "runtime.progress_bar=false",
    "logger=csv",
]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Trains a small run with further words, once for each, and returns its folder."""
    known: dict[tuple[str, ...], Path] = {}

    def train(*words: str) -> Path:
        if words not in known:
            folder = tmp_path_factory.mktemp("runs") / "run"
            assert main(["train", *SMALL, *words, f"hydra.run.dir={folder}"]) == 0
            known[words] = folder
        return known[words]

    return train
