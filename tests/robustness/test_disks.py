"""Disks that fill up, are full, are read-only, or take no large file."""

import contextlib
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.requirements import unavailable
from tests.robustness.processes import ENDLESS, QUICK, Process, ended, is_one_line, status, until

pytestmark = pytest.mark.slow


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
