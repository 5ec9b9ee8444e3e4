"""A sweep survives a run that fails, and can be started again and extended."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_run import DIVERGING_AND_GOOD
from wsed.__main__ import main
from wsed.runs.lease import Lease
from wsed.sweeps.state import run_states

Train = Callable[..., tuple[int, str, str]]


def test_a_failing_run_leaves_the_rest_alone(train: Train, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = train("-m", *DIVERGING_AND_GOOD[:-1], "+optimizer.weight_decay=1000000,0,0.000001")
    assert code == 1
    assert "the loss is nan at step" in err
    assert "of the runs, 1 failed; `wsed sweep status outputs/train` says why" in err
    assert "Traceback" not in err
    sweep = Path("outputs/train")
    assert sorted(state for state, _ in run_states(sweep).values()) == ["done", "done", "failed"]
    assert (sweep / "index.html").is_file()
    assert "the loss is nan" in (sweep / "index.html").read_text()
    capsys.readouterr()
    assert main(["sweep", "status", str(sweep)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("failed ")
    assert "TrainingDivergedError: the loss is nan" in shown
    assert shown.endswith("2 done, 1 failed\n")


def test_started_again_it_goes_on_and_grows(train: Train, capsys: pytest.CaptureFixture[str]) -> None:
    assert train("-m", "seed=1,2")[0] == 0
    sweep = Path("outputs/train")
    first, second = (sweep / name for name in run_states(sweep))
    status = json.loads((second / "status.json").read_text())
    (second / "status.json").write_text(json.dumps({**status, "status": "running"}))
    assert [found for found, _ in run_states(sweep).values()] == ["done", "stopped"]
    with Lease(second / ".lease", "this test"):
        assert [found for found, _ in run_states(sweep).values()] == ["done", "running"]
    (second / "status.json").unlink()
    assert [found for found, _ in run_states(sweep).values()] == ["done", "pending"]
    (second / "status.json").write_text(json.dumps({**status, "status": "running"}))
    before = (first / "results.json").stat().st_mtime_ns
    code, out, _ = train("-m", "seed=1,2,3")
    assert code == 0
    assert "is done already" in out
    assert "resumes" in out
    assert (first / "results.json").stat().st_mtime_ns == before
    assert [found for found, _ in run_states(sweep).values()] == ["done"] * 3
    capsys.readouterr()
    assert main(["sweep", "status", str(sweep), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 3


def test_the_runs_of_a_sweep_whose_folder_names_the_time_are_together(train: Train) -> None:
    assert train("-m", "seed=1,2", "hydra.sweep.dir=sweeps/${now:%f}")[0] == 0
    [sweep] = Path("sweeps").iterdir()
    assert [found for found, _ in run_states(sweep).values()] == ["done", "done"]
    assert (sweep / "index.html").is_file()


def test_data_that_fail_one_run_are_named_in_its_folder(train: Train) -> None:
    code, _, err = train("-m", "data.folds.train=[1,2],[7]")
    assert code == 1
    assert "fold 7 does not exist" in err
    reasons = [reason for state, reason in run_states(Path("outputs/train")).values() if state == "failed"]
    assert len(reasons) == 1
    assert reasons[0] is not None
    assert "fold 7 does not exist" in reasons[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [(["status", "."], "has no sweep.json"), (["state", "."], "invalid choice"), ([], "are required")],
)
def test_folders_without_a_sweep(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *words]) == 2
    assert said in capsys.readouterr().err
