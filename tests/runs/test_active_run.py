"""What a process writes about the run that it executes, and what it leaves alone."""

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from wsed.errors import LeaseLostError, RunBusyError, UserError
from wsed.runs import process
from wsed.runs.active_run import ActiveRun, is_forced
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
    with active.held():
        active.start(resumed=False)
    assert yaml.safe_load((tmp_path / "run" / "config.yaml").read_text()) == active.plan.config
    assert status(tmp_path / "run") == {
        "status": "running",
        "reason": None,
        "identity": "abcd1234",
        "command": "wsed train seed=1 'data.labels=[a]'",
        **process.describe(),
    }
    with active.held():
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
        with active.held():
            active.start(resumed)
        assert not folder.results_path.exists()
        assert folder.last_checkpoint.exists() == folder.curves_path.exists() == resumed


REQUEUED = {"SLURM_JOB_ID": "3", "SLURM_RESTART_COUNT": "1", "SLURM_CLUSTER_NAME": "one"}


@pytest.mark.parametrize(
    ("before", "now", "anew"),
    [
        ({}, {}, True),
        ({}, REQUEUED, True),
        ({**REQUEUED, "SLURM_RESTART_COUNT": "0"}, REQUEUED, False),
        (REQUEUED, REQUEUED, False),
        # Such as two commands in one interactive job.
        ({**REQUEUED, "SLURM_RESTART_COUNT": "0"}, {**REQUEUED, "SLURM_RESTART_COUNT": "0"}, True),
        ({**REQUEUED, "SLURM_JOB_ID": "4"}, REQUEUED, True),
        ({**REQUEUED, "SLURM_CLUSTER_NAME": "two"}, REQUEUED, True),
    ],
)
def test_force_asks_to_train_anew_but_not_again_in_a_job_that_was_requeued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, str], now: dict[str, str], anew: bool
) -> None:
    active = ActiveRun(planned(tmp_path / "run", force=True))
    for environment in (before, now):
        for name in (*REQUEUED, "SLURM_ARRAY_JOB_ID"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        if environment is before:
            with active.held():
                active.start(resumed=False)
    assert is_forced(active.plan.config, active.folder) == anew
    assert not is_forced({"force": False}, active.folder)


def test_the_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(UserError, match="holds something that is not a run"):
        ActiveRun(planned(tmp_path)).check_folder()
    (tmp_path / "letter.txt").unlink()
    first = ActiveRun(planned(tmp_path))
    with first.held():
        first.start(resumed=False)
    with pytest.raises(UserError, match="another run, with seed=1 and not 2; choose another") as refused:
        ActiveRun(planned(tmp_path, "other", seed=2)).check_folder()
    assert "force=true" in str(refused.value)
    ActiveRun(planned(tmp_path, "other", seed=2, force=True)).check_folder()


def test_a_run_that_another_process_holds_is_left_alone(tmp_path: Path) -> None:
    one, other = ActiveRun(planned(tmp_path / "run")), ActiveRun(planned(tmp_path / "run"))
    with one.held():
        one.start(resumed=False)
        with pytest.raises(RunBusyError, match=f"run: is being trained by process {os.getpid()} on "), other.held():
            pytest.fail("two hold it")
        with pytest.raises(LeaseLostError):
            other.end("failed", ValueError("not mine"))
        assert status(tmp_path / "run")["status"] == "running"
    with other.held():
        pass


def test_a_run_that_never_started_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()

    def refused(path: Path) -> None:
        with ActiveRun(planned(path)).held():
            assert path.is_dir()
            raise ValueError("bad")

    for path in (tmp_path / "a" / "b" / "run", tmp_path / "there"):
        with pytest.raises(ValueError, match="bad"):
            refused(path)
    assert list(tmp_path.iterdir()) == [tmp_path / "there"]


def test_a_path_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(UserError, match="is not a folder; choose another"), ActiveRun(planned(path)).held():
            pytest.fail("it is one")


def test_a_reason_is_written_where_there_is_no_room_for_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    active = ActiveRun(planned(tmp_path / "run"))

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with active.held():
        active.start(resumed=False)
        size = active.folder.status_path.stat().st_size
        assert size % 4096 == 0
        monkeypatch.setattr("wsed.runs.active_run.write_text", full)
        active.end("failed", ValueError("é" * 10**6))
    found = status(tmp_path / "run")
    assert found["status"] == "failed"
    assert found["reason"].startswith("ValueError: ééé")
    assert len(found["reason"]) == 300
    assert active.folder.status_path.stat().st_size == size


@pytest.mark.parametrize("state", ["failed", "pruned", "stopped"])
def test_an_early_end_is_recorded_in_one_line(tmp_path: Path, state: str) -> None:
    active = ActiveRun(planned(tmp_path / "run"))
    with active.held():
        active.end(state, ValueError("one\n  two"))
    assert (status(tmp_path / "run")["status"], status(tmp_path / "run")["reason"]) == (state, "ValueError: one two")
