"""At most one process trains a run, and the next one goes on with what a killed one left."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from tests.pause import paused_until
from tests.robustness.processes import ENDLESS, LONG, QUICK, Process, ended, is_one_line, status, until

pytestmark = pytest.mark.slow

PAIRS = int(os.environ.get("PAIRS", "3"))
"""Number of simultaneous starts; each takes seconds."""


def test_of_two_processes_that_start_at_once_one_trains(begin: Callable[..., Process], tmp_path: Path) -> None:
    for number in range(PAIRS):
        run, go_on = tmp_path / f"run{number}", tmp_path / f"go_on{number}"
        # In the same moment, and up to a second apart.
        words = [*QUICK, "trainer.max_epochs=3", *paused_until(go_on), f"hydra.run.dir={run}"]
        one = begin(*words)
        time.sleep(number % 5 * 0.25)
        other = begin(*words)
        until(lambda: one.poll() is not None or other.poll() is not None)  # noqa: B023
        go_on.touch()
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
