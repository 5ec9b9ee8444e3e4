"""Tests on a real Slurm."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.slurm.cluster import Cluster, missing
from tests.requirements import unavailable


@pytest.fixture(scope="session")
def started() -> Iterator[Cluster]:
    reason = missing()
    if reason:
        unavailable(reason)
    with tempfile.TemporaryDirectory(prefix="wsed-slurm-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        yield cluster
        cluster.stop()


@pytest.fixture
def cluster(started: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A Slurm with two nodes, which the commands of this test talk to, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    # For pause.py.
    monkeypatch.setitem(started.environment, "PYTHONPATH", str(Path(__file__).parents[2]))
    for name in ("SLURM_CONF", "PATH", "PYTHONPATH"):
        monkeypatch.setenv(name, started.environment[name])
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return started
