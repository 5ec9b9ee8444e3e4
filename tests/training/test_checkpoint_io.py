"""Checkpoints are written whole or not at all, and a signal meanwhile is no error of the writing."""

import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import torch

from wsed.training.checkpoint_io import AtomicCheckpointIO, read_whole

STOPPING = [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2]


class Stopped(BaseException):
    """What the handler raises."""


def stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


class Signals:
    """Sends a signal to this process when it is pickled."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[type, tuple[()]]:
        signal.raise_signal(self.number)
        return OrderedDict, ()


@pytest.fixture(params=STOPPING, ids=lambda number: number.name)
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    """A signal whose handler raises `Stopped`."""
    before = signal.signal(request.param, stop)
    yield request.param
    signal.signal(request.param, before)


def test_a_checkpoint_is_whole_when_the_handler_of_a_signal_runs(number: int, tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    with pytest.raises(Stopped):
        AtomicCheckpointIO().save_checkpoint({"signals": Signals(number), "weight": torch.ones(3)}, path)
    content = read_whole(path)
    assert content["signals"] == {}
    assert content["weight"].tolist() == [1, 1, 1]
    assert [each.name for each in tmp_path.iterdir()] == ["last.ckpt"]


def test_a_signal_at_any_moment_is_no_error_of_the_writing(tmp_path: Path) -> None:
    content = {"state_dict": {f"weight{number}": torch.zeros(64, 64) for number in range(40)}}
    delays = (1e-3 + torch.rand(60, generator=torch.Generator().manual_seed(0)).mul(6e-3)).tolist()
    before = signal.signal(signal.SIGUSR2, stop)
    try:
        for delay in delays:
            with pytest.raises(Stopped):
                save_until_a_signal(content, tmp_path / "last.ckpt", delay)
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert read_whole(tmp_path / "last.ckpt").keys() == content.keys()


def save_until_a_signal(content: dict[str, Any], path: Path, delay: float) -> None:
    """Saves again and again; after some seconds, this process gets SIGUSR2."""
    threading.Timer(delay, os.kill, [os.getpid(), signal.SIGUSR2]).start()
    while True:
        AtomicCheckpointIO().save_checkpoint(content, path)
