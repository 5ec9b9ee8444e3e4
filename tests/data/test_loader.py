"""The loader: the same batches from a thread, one ahead, as from a loop."""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from wsed.data.batch import Batch
from wsed.data.datasets.base import Key
from wsed.data.loader import ClipLoader
from wsed.errors import StoppedError, UserError
from wsed.runs.stop_signals import stopped_by_signals

KEYS: list[list[Key]] = [[(0, index), (0, index + 1)] for index in range(0, 12, 2)]


class Counted:
    """Batches whose samples are the indices of their clips; it notes which were asked for, and in which thread."""

    def __init__(self, damaged: int | None = None, seconds: float = 0.0) -> None:
        self.damaged = damaged
        self.seconds = seconds
        self.asked: list[int] = []
        self.threads: set[int] = set()

    def __len__(self) -> int:
        return 12

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        self.threads.add(threading.get_ident())
        first = keys[0][1]
        time.sleep(self.seconds)
        self.asked.append(first)
        if first == self.damaged:
            raise UserError("clip 6: is damaged")
        return batch(torch.tensor([[float(index), float(os.getpid())] for _, index in keys]))


def batch(waveform: Tensor) -> Batch:
    size = len(waveform)
    return Batch(
        filenames=[f"{index}.wav" for index in range(size)],
        waveform=waveform,
        weak=torch.zeros(size, 1),
        background=torch.ones(size),
        events=[[] for _ in range(size)],
        plans=[],
        has_strong=torch.zeros(size, dtype=torch.bool),
    )


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_order_and_content() -> None:
    data = Counted()
    loader = ClipLoader(data, KEYS, 0, 0)
    for _ in range(2):
        found = [each.waveform[:, 0].tolist() for each in loader]
        assert found == [[float(index) for _, index in keys] for keys in KEYS]
    assert threading.get_ident() not in data.threads
    assert len(loader) == len(KEYS)


def test_exactly_one_batch_is_ahead() -> None:
    data = Counted()
    batches = iter(ClipLoader(data, KEYS, 0, 0))
    for number in range(1, len(KEYS)):
        next(batches)
        until(lambda number=number: len(data.asked) == number + 1)  # type: ignore[misc]
        time.sleep(0.02)
        assert len(data.asked) == number + 1


def test_error_comes_at_its_batch() -> None:
    batches = iter(ClipLoader(Counted(damaged=6), KEYS, 0, 0))
    for _ in range(3):
        next(batches)
    with pytest.raises(UserError, match="clip 6: is damaged"):
        next(batches)


def test_an_abandoned_loader_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    loader = ClipLoader(Counted(), KEYS, 0, 0)
    batches = iter(loader)
    next(batches)
    (thread,) = set(threading.enumerate()) - before
    del batches, loader
    gc.collect()
    thread.join(30)
    assert not thread.is_alive()


def test_a_signal_at_the_end_of_an_abandoned_pass_is_not_lost() -> None:
    """Python drops an error that is raised while it clears garbage away."""
    loader = ClipLoader(Counted(seconds=0.5), KEYS, 0, 0)
    with stopped_by_signals():
        batches = iter(loader)
        next(batches)
        # The next batch is being prepared, which a pass that has to wait for its thread would wait for.
        threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM]).start()
        del batches
        with pytest.raises(StoppedError):
            time.sleep(1)


def processes(loader: ClipLoader, seconds: float) -> set[int]:
    """The processes that prepare the batches of a pass, each of which the caller works on for so long."""
    found = set()
    for each, keys in zip(loader, KEYS, strict=True):
        time.sleep(seconds)
        assert each.waveform[:, 0].tolist() == [float(index) for _, index in keys]
        found.add(int(each.waveform[0, 1]))
    return found


@pytest.mark.parametrize(("spare", "expected"), [(0, 0), (1, 1), (2, 2)])
def test_processes_take_over_where_a_thread_is_too_slow(
    monkeypatch: pytest.MonkeyPatch, spare: int, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(torch.get_num_threads() + spare)))
    loader = ClipLoader(Counted(seconds=0.05), KEYS, None, 0)
    assert processes(loader, 0.02) == {os.getpid()}
    others = processes(loader, 0.0)
    if expected:
        assert len(others) == expected
        assert os.getpid() not in others
        # They stay for all passes.
        assert processes(loader, 0.0) == others
    else:
        assert others == {os.getpid()}


@pytest.mark.parametrize(("workers", "seconds"), [(None, 0.05), (0, 0.0)])
def test_a_thread_that_keeps_pace_or_was_asked_for_stays(
    monkeypatch: pytest.MonkeyPatch, workers: int | None, seconds: float
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(torch.get_num_threads() + 2)))
    loader = ClipLoader(Counted(seconds=0.005), KEYS, workers, 0)
    assert [processes(loader, seconds) for _ in range(2)] == [{os.getpid()}] * 2


def test_devices_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    loader = ClipLoader(Counted(), KEYS, None, 0, sharing=4)
    loader.preparing, loader.working = 10.0, 1.0
    assert loader._needed() == max(0, 2 - torch.get_num_threads())
    loader.gpu = True
    assert loader._needed() == 1


def test_as_many_processes_as_keep_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)))
    loader = ClipLoader(Counted(), KEYS, None, 0, gpu=True)
    for preparing, expected in ((0.9, 0), (1.1, 2), (4.5, 5), (100.0, 63)):
        loader.preparing, loader.working = preparing, 1.0
        assert loader._needed() == expected


def test_global_random_numbers_are_not_used() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    list(ClipLoader(Counted(), KEYS, 0, 0))
    assert torch.equal(torch.rand(3), expected)
