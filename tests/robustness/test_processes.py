"""Signals, two processes at once, full disks and closed outputs, with real processes.

Those that need no interpreter of their own are forks of a process that has loaded wsed.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from tests.conftest import Start
from tests.requirements import unavailable
from tests.small_run import SMALL
from tests.warm import Forked
from wsed.sweeps.state import run_states

pytestmark = pytest.mark.slow

QUICK = [*SMALL, "evaluation.draws=0", "trainer.max_epochs=1"]
LONG = [*SMALL, "evaluation.draws=0", "data.clips={train: 60, val: 6, test: 3}", "test=best"]
ENDLESS = [*LONG, "trainer.max_epochs=4000"]

Process = subprocess.Popen[str] | Forked


def start_anew(folder: Path, *words: str, stdout: Any = subprocess.PIPE, **more: Any) -> "subprocess.Popen[str]":
    """Starts `wsed train` in a folder, in an interpreter and a session of its own."""
    command = [sys.executable, "-m", "wsed", "train", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    environment |= more.pop("environment", {})
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


@pytest.fixture
def begin(tmp_path: Path, start: Start) -> Callable[..., Process]:
    """Starts `wsed train` in a fork."""
    return lambda *words, **more: start("train", *words, folder=tmp_path, **more)


@pytest.fixture
def begin_anew(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts `wsed train` in new interpreters, none of which outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, **more: Any) -> Process:
        started.append(start_anew(tmp_path, *words, **more))
        return started[-1]

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until(holds: Callable[[], object], process: Process | None = None, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.01)


def ended(process: Process, seconds: float = 300) -> tuple[int, str]:
    """Exit code and standard error."""
    _, err = process.communicate(timeout=seconds)
    assert "Traceback" not in err
    return process.returncode, err


def is_one_line(err: str, *parts: str) -> None:
    lines = [line for line in err.splitlines() if line]
    assert len(lines) == 1, err
    assert lines[0].startswith("wsed: ")
    for part in parts:
        assert part in lines[0]


def status(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "status.json").read_text())
    return found


MOMENTS = {"import": ".lease", "training": "checkpoints/last.ckpt", "test": "postprocessing.json"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_stops_a_run(
    begin: Callable[..., Process],
    begin_anew: Callable[..., Process],
    tmp_path: Path,
    moment: str,
    number: signal.Signals,
) -> None:
    run = tmp_path / "outputs" / "run"
    # A test of some seconds.
    words = [*QUICK, "data.clips={train: 6, val: 0, test: 1500}"] if moment == "test" else ENDLESS
    # Only a new interpreter has something to import.
    process = (begin_anew if moment == "import" else begin)(*words, "hydra.run.dir=outputs/run")
    until((run / MOMENTS[moment]).exists, process)
    process.send_signal(number)
    # srun forwards what Slurm has sent already.
    process.send_signal(number)
    code, err = ended(process)
    assert code == 128 + number
    is_one_line(err, f"stopped by {number.name}")
    if moment == "import":
        assert not (tmp_path / "outputs").exists()
    else:
        assert status(run)["status"] == "stopped"
        assert not list(run.rglob(".*"))


@pytest.mark.parametrize("launcher", ["serial", "joblib"])
def test_a_signal_stops_a_sweep_and_its_processes(
    begin: Callable[..., Process], begin_anew: Callable[..., Process], tmp_path: Path, launcher: str
) -> None:
    if launcher == "joblib" and len(os.sched_getaffinity(0)) < 2:
        unavailable("needs two cores")
    jobs = ["launcher=joblib", "launcher.jobs=2"] if launcher == "joblib" else []
    process = (begin_anew if jobs else begin)("-m", *ENDLESS, "seed=1,2,3", "hydra.sweep.dir=sweep", *jobs)
    until(lambda: list(tmp_path.glob("sweep/*/checkpoints/last.ckpt")), process)
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert code == 143
    assert err.splitlines()[-1].startswith("wsed: stopped by SIGTERM")
    until(lambda: not group_exists(process.pid), seconds=20)
    assert {state for state, _ in run_states(tmp_path / "sweep").values()} == {"stopped", "pending"}


def group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_signal_stops_every_process_of_a_run_on_several_devices(
    begin: Callable[..., Process], tmp_path: Path
) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        unavailable("needs two cores")
    process = begin(*ENDLESS, "test=last", "runtime=ddp", "runtime.accelerator=cpu", "hydra.run.dir=run")
    until((tmp_path / "run" / "checkpoints" / "last.ckpt").exists, process)
    process.send_signal(signal.SIGTERM)
    code, err = ended(process)
    assert code == 143
    assert "wsed: stopped by SIGTERM" in err
    until(lambda: not group_exists(process.pid), seconds=20)
    assert status(tmp_path / "run")["status"] == "stopped"


def test_a_worker_executes_nothing_that_the_run_folder_holds(tmp_path: Path) -> None:
    target = {"_target_": "subprocess.Popen", "args": ["touch", str(tmp_path / "canary")]}
    (tmp_path / "config.yaml").write_text(json.dumps({"runtime": target, "data": {"module": target}, "seed": 1}))
    command = [sys.executable, "-m", "wsed.training.worker", str(tmp_path)]
    worker = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "EOFError" in worker.stderr
    assert not (tmp_path / "canary").exists()


PAIRS = int(os.environ.get("PAIRS", "3"))
"""Number of simultaneous starts; each takes seconds."""


def test_of_two_processes_that_start_at_once_one_trains(begin: Callable[..., Process], tmp_path: Path) -> None:
    for number in range(PAIRS):
        run = tmp_path / f"run{number}"
        # In the same moment, and up to a second apart; the run is long enough for the slower one to find it.
        words = [*QUICK, "trainer.max_epochs=80", f"hydra.run.dir={run}"]
        one = begin(*words)
        time.sleep(number % 5 * 0.25)
        other = begin(*words)
        ends = sorted(ended(process) for process in (one, other))
        assert [code for code, _ in ends] == [0, 2], ends
        is_one_line(ends[1][1], "is being trained by process", "remove")
        assert status(run)["status"] == "done"
        rows = pd.read_csv(run / "metrics.csv")
        assert not rows.duplicated().any()
        assert not list(run.rglob(".*"))


def under_another_name(run: Path, seconds_ago: float) -> None:
    """Rewrites what a killed process left, as if it were of a container that is gone."""
    elsewhere = {"host": "c1", "pid": 19291, "boot": "elsewhere", "pid_namespace": "pid:[1]"}
    for path in (run / "status.json", run / ".lease"):
        path.write_text(json.dumps({**json.loads(path.read_text()), **elsewhere}))
    os.utime(run / ".lease", (time.time() - seconds_ago,) * 2)


def test_a_run_that_was_killed_under_another_host_name_goes_on(begin: Callable[..., Process], tmp_path: Path) -> None:
    words = [*LONG, "trainer.max_epochs=12", "mixing.excerpt=[0.25,1.0]", "schedule=cosine"]
    whole, torn, moved = (tmp_path / name for name in ("whole", "torn", "moved"))
    code, err = ended(begin(*words, f"hydra.run.dir={whole}"))
    assert code == 0, err
    process = begin(*words, f"hydra.run.dir={torn}")
    until((torn / "checkpoints" / "last.ckpt").exists, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert status(torn)["status"] == "running"
    # A folder that was copied to another machine, too.
    torn.rename(moved)
    under_another_name(moved, 0)
    code, err = ended(begin(*words, f"hydra.run.dir={moved}"))
    assert code == 2
    is_one_line(err, "moved: is being trained by process 19291 on c1, last sign of life", f"remove {moved}/.lease")
    under_another_name(moved, 61)
    code, err = ended(begin(*words, f"hydra.run.dir={moved}"))
    assert code == 0, err
    assert not list(moved.rglob(".*"))
    expected, found = outcome(whole), outcome(moved)
    assert found["metrics"] == expected["metrics"]
    pd.testing.assert_frame_equal(found["curves"], expected["curves"], check_exact=True)
    assert found["weights"].keys() == expected["weights"].keys() == {"last.ckpt", "best.ckpt"}
    for name, weights in expected["weights"].items():
        assert all(torch.equal(value, found["weights"][name][key]) for key, value in weights.items()), name


def outcome(run: Path) -> dict[str, Any]:
    """What must not differ."""
    return {
        "metrics": json.loads((run / "results.json").read_text())["metrics"],
        "curves": pd.read_csv(run / "metrics.csv").sort_index(axis=1),
        "weights": {
            path.name: torch.load(path, weights_only=True)["state_dict"] for path in run.glob("checkpoints/*.ckpt")
        },
    }


def test_removing_the_lease_takes_a_run_over(begin: Callable[..., Process], tmp_path: Path) -> None:
    run = tmp_path / "run"
    old = begin(*ENDLESS, f"hydra.run.dir={run}")
    until((run / "checkpoints" / "last.ckpt").exists, old)
    (run / ".lease").unlink()
    new = begin(*ENDLESS, f"hydra.run.dir={run}")
    code, err = ended(old)
    assert code == 1
    is_one_line(err, f"{run}/.lease: was ", "so this process stops")
    until(lambda: status(run)["pid"] == new.pid, new)
    before = (run / "checkpoints" / "last.ckpt").stat().st_mtime_ns
    until(lambda: (run / "checkpoints" / "last.ckpt").stat().st_mtime_ns > before, new)
    assert status(run)["status"] == "running"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode:
        unavailable(f"cannot mount a file system: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filling").open("ab", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))


def test_a_disk_that_fills_up_while_training(begin: Callable[..., Process], small_disk: Path) -> None:
    run = small_disk / "run"
    process = begin(*ENDLESS, f"hydra.run.dir={run}")
    until((run / "checkpoints" / "last.ckpt").exists, process)
    while process.poll() is None:
        fill(small_disk)
    code, err = ended(process)
    assert code == 1
    is_one_line(err, f"{run}/", "cannot be written (No space left on device); free some space")
    assert status(run)["status"] == "failed"
    assert "No space left" in status(run)["reason"]
    assert not list(run.rglob(".*"))


def test_a_disk_that_is_full_from_the_start(begin: Callable[..., Process], small_disk: Path) -> None:
    fill(small_disk)
    code, err = ended(begin(*QUICK, f"hydra.run.dir={small_disk}/a/run"))
    assert code == 1
    is_one_line(err, "cannot be written (No space left on device)")
    assert [path.name for path in small_disk.iterdir()] == ["filling"]


def test_a_disk_that_is_read_only(begin: Callable[..., Process], small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for words in (["hydra.run.dir=disk/run"], ["hydra.run.dir=disk/a/run"]):
        code, err = ended(begin(*QUICK, *words))
        assert code == 1
        is_one_line(err, "disk/", "cannot be used (Read-only file system)")
    code, err = ended(begin(*QUICK, environment={"WSED_CACHE": str(small_disk / "cache")}))
    # A run can do without a cache.
    assert code == 0
    remark = f"{small_disk}/cache: cannot be written (Read-only file system), and each run prepares its sounds again"
    assert err.count(remark) == 1


def test_a_checkpoint_that_may_not_be_so_large(begin_anew: Callable[..., Process], tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    words = [*QUICK, "network.widths=[64]", "runtime.cache=null", "hydra.run.dir=run"]
    code, err = ended(begin_anew(*words, preexec_fn=limit))
    assert code == 1
    is_one_line(err, "run/checkpoints/last.ckpt: cannot be written (File too large)")
    assert status(tmp_path / "run")["status"] == "failed"
    assert not list((tmp_path / "run" / "checkpoints").iterdir())


def test_closed_outputs(begin_anew: Callable[..., Process], tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = begin_anew(*QUICK, "hydra.run.dir=pipe", stdout=writer)
    os.close(writer)
    code, err = ended(process)
    assert code == 1
    is_one_line(err, "standard output")
    # Without any of the three files: what is opened next must not get what is printed.
    shell = f'exec {sys.executable} -m wsed train "$@" <&- >&- 2>&-'
    command = ["sh", "-c", shell, "sh", *QUICK, "hydra.run.dir=closed"]
    assert subprocess.run(command, cwd=tmp_path).returncode == 0
    assert status(tmp_path / "closed")["status"] == "done"
    assert subprocess.run([*command, "nix=1"], cwd=tmp_path).returncode == 2


def test_places_that_cannot_be_used(
    begin: Callable[..., Process], begin_anew: Callable[..., Process], tmp_path: Path
) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, err = ended(begin_anew(*QUICK, "hydra.run.dir=plain", environment=ascii_only))
    assert (code, err.strip()) == (0, "")
    code, err = ended(begin_anew(*QUICK, "pooling=gäp", environment=ascii_only))
    assert code == 2
    is_one_line(err, "pooling=g")
    code, err = ended(begin(*QUICK, "hydra.run.dir=home", environment={"HOME": "/nonexistent"}))
    assert (code, err.strip()) == (0, "")
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = f'rmdir "$PWD"; exec {sys.executable} -m wsed train "$@"'
    done = subprocess.run(["sh", "-c", shell, "sh", *QUICK], cwd=gone, capture_output=True, text=True)
    assert done.returncode == 2
    is_one_line(done.stderr, "the working directory was deleted; cd to one that exists")


def test_a_refused_run_leaves_what_was_there(begin: Callable[..., Process], tmp_path: Path) -> None:
    code, err = ended(begin(*QUICK, "data.folds.test=[9]", "hydra.run.dir=a/b/run"))
    assert code == 2
    is_one_line(err, "fold 9 does not exist")
    assert list(tmp_path.iterdir()) == []
