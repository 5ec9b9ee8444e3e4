"""What a process writes about the run that it executes, and what it leaves alone."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from wsed.errors import UserError
from wsed.runs.active_run import ActiveRun
from wsed.runs.planned_run import PlannedRun


def planned(path: Path, identity: str = "abcd1234", **config: Any) -> PlannedRun:
    values = {"seed": 1, "force": False, "monitor": "val/loss", "data": {"labels": ["a"]}, **config}
    return PlannedRun(path, values, identity, ["seed=1", "data.labels=[a]"], {"pooling": "gap"})


def status(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((path / "status.json").read_text())
    return found


def test_a_run_from_its_start_to_its_end(tmp_path: Path) -> None:
    active = ActiveRun(planned(tmp_path / "run"))
    active.check_folder()
    assert not active.is_done()
    active.start(resumed=False)
    assert yaml.safe_load((tmp_path / "run" / "config.yaml").read_text()) == active.plan.config
    assert status(tmp_path / "run") == {
        "status": "running",
        "reason": None,
        "identity": "abcd1234",
        "command": "wsed train seed=1 'data.labels=[a]'",
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "slurm_job": None,
    }
    assert active.executed_by() is None
    active.finish({"validation": {"val/loss": 0.25}})
    assert active.is_done()
    assert active.monitored_value() == 0.25
    assert not ActiveRun(planned(tmp_path / "run", "other")).is_done()


def test_a_new_start_deletes_what_an_earlier_attempt_left_and_a_resumed_one_keeps_it(tmp_path: Path) -> None:
    active = ActiveRun(planned(tmp_path))
    folder = active.folder
    folder.checkpoints.mkdir()
    for resumed in (True, False):
        for path in (folder.last_checkpoint, folder.curves_path, folder.results_path):
            path.touch()
        active.start(resumed)
        assert not folder.results_path.exists()
        assert folder.last_checkpoint.exists() == folder.curves_path.exists() == resumed


def test_the_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(UserError, match="holds something that is not a run"):
        ActiveRun(planned(tmp_path)).check_folder()
    (tmp_path / "letter.txt").unlink()
    ActiveRun(planned(tmp_path)).start(resumed=False)
    with pytest.raises(UserError, match="another run, with seed=1 and not 2; choose another") as refused:
        ActiveRun(planned(tmp_path, "other", seed=2)).check_folder()
    assert "force=true" in str(refused.value)
    ActiveRun(planned(tmp_path, "other", seed=2, force=True)).check_folder()


def test_a_run_of_a_live_process_is_busy_and_one_of_a_dead_process_is_not(tmp_path: Path) -> None:
    active = ActiveRun(planned(tmp_path))
    active.start(resumed=False)
    for pid, expected in ((os.getppid(), f"process {os.getppid()} on {socket.gethostname()}"), (2**22 + 1, None)):
        (tmp_path / "status.json").write_text(json.dumps({**status(tmp_path), "pid": pid}))
        assert active.executed_by() == expected


@pytest.mark.parametrize("state", ["failed", "pruned", "stopped"])
def test_an_early_end_is_recorded_in_one_line(tmp_path: Path, state: str) -> None:
    active = ActiveRun(planned(tmp_path / "run"))
    active.end(state, ValueError("one\n  two"))
    assert (status(tmp_path / "run")["status"], status(tmp_path / "run")["reason"]) == (state, "ValueError: one two")


def test_a_process_of_the_same_id_on_another_host_is_another_process(tmp_path: Path) -> None:
    active = ActiveRun(planned(tmp_path))
    active.start(resumed=False)
    (tmp_path / "status.json").write_text(json.dumps({**status(tmp_path), "host": "elsewhere"}))
    assert active.executed_by() == f"process {os.getpid()} on elsewhere"
