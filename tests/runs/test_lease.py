"""At most one process holds a lease, and it ends when that process is gone."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wsed.errors import LeaseLostError, RunBusyError, StoppedError, UserError
from wsed.runs import process, stop_signals
from wsed.runs.lease import Lease
from wsed.runs.lease_file import SIZE, is_held

ELSEWHERE = {"boot": "another machine", "host": "c1", "pid": 19291}

HOLDER = """
import sys, time
from pathlib import Path
from wsed.runs.lease import Lease
with Lease(Path(sys.argv[1]), "RUN: is being trained", beat=0.05):
    print("held", flush=True)
    time.sleep(60)
print("never reached")
"""


@contextmanager
def holder(path: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process that holds a lease, with a beat every 50 ms."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    yield other
    other.kill()
    other.wait()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".lease"


def left(path: Path, seconds_ago: float, **values: Any) -> None:
    """Writes the lease of another process."""
    content = {"token": "a", **process.describe(), **values}
    path.write_text(json.dumps(content))
    os.utime(path, (time.time() - seconds_ago,) * 2)


def test_it_is_there_while_it_is_held_and_gone_afterwards(path: Path) -> None:
    assert not is_held(path)
    with Lease(path, "RUN") as lease:
        assert is_held(path)
        assert path.stat().st_size == SIZE
        lease.check()
    with pytest.raises(ValueError, match="failure"), Lease(path, "RUN"):
        raise ValueError("failure")
    assert list(path.parent.iterdir()) == []


def test_it_shows_signs_of_life(path: Path) -> None:
    with Lease(path, "RUN", beat=0.02):
        for _ in range(3):
            os.utime(path, (0, 0))
            deadline = time.monotonic() + 5
            while path.stat().st_mtime == 0 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert abs(path.stat().st_mtime - time.time()) < 5


def test_another_process_is_refused_in_one_line(path: Path) -> None:
    with holder(path) as other, pytest.raises(RunBusyError) as refused, Lease(path, "RUN: is being trained"):
        pytest.fail("two hold it")
    message = f"RUN: is being trained by process {other.pid} on "
    assert str(refused.value).startswith(message)
    assert f"last sign of life 0 s ago; wait for it, or remove {path} to take over" in str(refused.value)


def test_a_killed_process_holds_nothing(path: Path) -> None:
    with holder(path) as other:
        other.kill()
        # Not reaped yet: its number is still taken.
        while is_held(path):
            time.sleep(0.01)
        with Lease(path, "RUN"):
            assert is_held(path)
    assert not path.exists()


CASES = {
    "a process that is here": (0, {}, True),
    "one that is here and was stopped for a while": (1000, {}, True),
    "its number is free": (0, {"pid": 2**22 + 1}, False),
    "its number was taken by a later process": (0, {"started": 1}, False),
    "elsewhere, alive": (50, ELSEWHERE, True),
    "elsewhere, silent": (70, ELSEWHERE, False),
    "elsewhere, by a clock that is wrong": (-1000, ELSEWHERE, False),
    "in another container on this machine, alive": (0, {"pid_namespace": "pid:[1]", "pid": 2**22 + 1}, True),
    "in another container on this machine, silent": (70, {"pid_namespace": "pid:[1]"}, False),
    "of the same host name, and another machine": (70, {"boot": "b"}, False),
    "before it could write its name": (0, None, True),
    "before it could write its name, and silent": (70, None, False),
}


@pytest.mark.parametrize("case", CASES)
def test_whose_lease_has_ended(path: Path, case: str) -> None:
    seconds_ago, values, held = CASES[case]
    left(path, seconds_ago, **(values or {}))
    if values is None:
        path.write_bytes(b"")
        os.utime(path, (time.time() - seconds_ago,) * 2)
    assert is_held(path) == held
    if held:
        with pytest.raises(RunBusyError), Lease(path, "RUN"):
            pytest.fail("two hold it")
        return
    with Lease(path, "RUN") as lease:
        lease.check()
        assert json.loads(path.read_text())["pid"] == os.getpid()
    assert not path.exists()


SLURM = {
    "its job is gone": ("17", 0, "one", "", False),
    "its job runs": ("17", 0, "one", "RUNNING", True),
    "the job of that number is one of another cluster": ("17", 0, "two", "", True),
    "its job went back into the queue and is this one": ("3", 0, "one", "RUNNING", False),
    "its job started this run twice": ("3", 1, "one", "RUNNING", True),
}


@pytest.mark.parametrize("case", SLURM)
def test_what_slurm_says(path: Path, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job, restarts, cluster, says, held = SLURM[case]
    squeue = tmp_path / "bin" / "squeue"
    squeue.parent.mkdir()
    squeue.write_text(f"#!/bin/sh\necho {says}\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{squeue.parent}:{os.environ['PATH']}")
    own = {"SLURM_JOB_ID": "3", "SLURM_RESTART_COUNT": "1", "SLURM_CLUSTER_NAME": "one"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SLURM_ARRAY_JOB_ID", raising=False)
    left(path, 30, **ELSEWHERE, slurm_job=job, slurm_restarts=restarts, slurm_cluster=cluster)
    assert is_held(path) == held


@pytest.mark.parametrize("seconds_ago", [0, 1000])
@pytest.mark.parametrize("content", ["not JSON", "[1]", '{"pid": 1}', '{"token": "' + "a" * 2000 + '"}'])
def test_another_file_is_not_written_over(path: Path, content: str, seconds_ago: float) -> None:
    path.write_text(content)
    os.utime(path, (time.time() - seconds_ago,) * 2)
    with pytest.raises(UserError, match="is not the lease of a process; remove it"), Lease(path, "RUN"):
        pytest.fail("it is no lease")
    assert path.read_text() == content


def test_a_link_and_a_pipe_are_not_opened(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "letter"
    left(target, 1000, **ELSEWHERE)
    before = target.read_text()
    path.symlink_to(target)
    with pytest.raises(UserError), Lease(path, "RUN"):
        pytest.fail("it is a link")
    assert target.read_text() == before
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UserError, match="is a pipe"), Lease(path, "RUN"):
        pytest.fail("it is a pipe")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(process.describe())), JSON))
def test_wrong_types_in_a_lease_end_with_its_age(values: dict[str, Any]) -> None:
    described = {**process.describe(), "boot": "elsewhere", **values}
    assert process.is_alive(described) in (None, False, True)
    assert process.in_words(described)


def test_one_of_many_takes_over_an_ended_lease(path: Path) -> None:
    for _ in range(20):
        left(path, 70, **ELSEWHERE)
        start, done = threading.Barrier(8), threading.Event()

        def contend(start: threading.Barrier = start, done: threading.Event = done) -> bool:
            start.wait()
            try:
                with Lease(path, "RUN"):
                    done.wait()
                    return True
            except RunBusyError:
                return False

        with ThreadPoolExecutor(8) as pool:
            futures = [pool.submit(contend) for _ in range(8)]
            deadline = time.monotonic() + 10
            while sum(each.done() for each in futures) < 7 and time.monotonic() < deadline:
                time.sleep(0.001)
            done.set()
            assert sum(each.result() for each in futures) == 1
        assert not path.exists()


def test_whoever_removes_the_file_stops_the_holder(path: Path) -> None:
    with holder(path) as other:
        path.unlink()
        with Lease(path, "RUN") as lease:
            out, err = other.communicate(timeout=10)
            lease.check()
    assert other.returncode == 1
    assert out == ""
    reason = f"{path}: was taken over by process {os.getpid()} on "
    assert err.splitlines()[-1].startswith(f"wsed.errors.LeaseLostError: {reason}")


def lose(path: Path, change: Callable[[], None]) -> None:
    with Lease(path, "RUN") as lease:
        lease.check()
        change()
        lease.check()


def test_a_lost_lease_is_noticed_before_the_next_beat(path: Path) -> None:
    with pytest.raises(LeaseLostError, match="was removed, so this process stops"):
        lose(path, path.unlink)
    with pytest.raises(LeaseLostError, match="taken over by process 19291 on c1"):
        lose(path, lambda: left(path, 0, **ELSEWHERE))
    assert json.loads(path.read_text())["pid"] == 19291


def test_a_process_that_does_not_stop_is_ended(path: Path) -> None:
    deaf = HOLDER.replace("time.sleep(60)", "\n    while True:\n        try: time.sleep(60)\n        except: pass")
    program = f"import wsed.runs.lease as l; l.GRACE = 0.2\n{deaf}"
    command = [sys.executable, "-c", program, str(path)]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert other.stdout is not None
    other.stdout.readline()
    path.unlink()
    _, err = other.communicate(timeout=10)
    assert other.returncode == 1
    assert err == f"wsed: {path}: was removed, so this process stops and leaves the folder to others\n"


def test_it_is_taken_over_on_a_full_disk(path: Path) -> None:
    """No write after the first one may need another block."""
    left(path, 70, **ELSEWHERE)
    path.write_bytes(path.read_bytes().ljust(SIZE))
    os.utime(path, (time.time() - 70,) * 2)
    inode = path.stat().st_ino
    with Lease(path, "RUN"):
        assert (path.stat().st_ino, path.stat().st_size) == (inode, SIZE)


def test_a_holder_that_was_paused_finds_out(path: Path) -> None:
    with holder(path) as other:
        os.kill(other.pid, signal.SIGSTOP)
        # Alive on this machine, however long it is silent.
        os.utime(path, (0, 0))
        assert is_held(path)
        # As seen from another machine.
        values = {**json.loads(path.read_text()), "boot": "elsewhere"}
        path.write_text(json.dumps(values))
        os.utime(path, (0, 0))
        with Lease(path, "RUN") as lease:
            os.kill(other.pid, signal.SIGCONT)
            assert other.wait(10) == 1
            lease.check()


@pytest.mark.parametrize("alone", [True, False])
def test_a_signal_as_the_file_appears_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    """Also where another thread, as any library may have one, can take the signal."""
    create, over = os.open, threading.Event()

    def interrupted(path: Path, flags: int, *more: int) -> int:
        descriptor = create(path, flags, *more)
        if flags & os.O_EXCL:
            os.kill(os.getpid(), signal.SIGTERM)
            # Time for another thread to take it.
            time.sleep(0.05)
        return descriptor

    monkeypatch.setattr(os, "open", interrupted)
    if not alone:
        threading.Thread(target=over.wait, daemon=True).start()
    with (
        stop_signals.stopped_by_signals(),
        pytest.raises(StoppedError),
        Lease(tmp_path / ".lease", "RUN: is being trained"),
    ):
        pass
    over.set()
    assert not list(tmp_path.iterdir())
