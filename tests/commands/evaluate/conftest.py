"""Runs small enough to train for real in a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_run import SMALL
from wsed.__main__ import main

CLIPS = "data.clips={train: 12, val: 0, test: 6}"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Trains a small run with further words, once for each, and returns its folder."""
    known: dict[tuple[str, ...], Path] = {}

    def train(*words: str) -> Path:
        if words not in known:
            folder = tmp_path_factory.mktemp("runs") / "run"
            assert (
                main(["train", *SMALL, "data.clips={train: 12, val: 0, test: 6}", *words, f"hydra.run.dir={folder}"])
                == 0
            )
            known[words] = folder
        return known[words]

    return train
