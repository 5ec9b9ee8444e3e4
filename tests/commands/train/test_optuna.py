"""Optuna chooses the runs of a sweep."""

import json
import threading
import time
from pathlib import Path

import optuna
import pytest
from filelock import FileLock
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from tests.conftest import Start
from tests.small_run import SMALL
from wsed.__main__ import main
from wsed.runs import process
from wsed.runs.lease import Lease
from wsed.sweeps.optuna import LOCK
from wsed.sweeps.search_space import space_of
from wsed.sweeps.state import run_states

STUDY = [
    *SMALL,
    "data.clips={train: 12, val: 6, test: 3}",
    "trainer.max_epochs=3",
    "evaluation.draws=0",
    "sweeper=optuna",
    "optimizer.lr=tag(log,interval(1e-4,1e-1))",
    "pooling=gmp,gap",
]
SWEEP = Path("outputs/train")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def trials() -> list[optuna.trial.FrozenTrial]:
    storage = JournalStorage(JournalFileBackend(str(SWEEP / "optuna.journal")))
    return optuna.load_study(study_name="train", storage=storage).trials


def test_overrides_are_what_values_are_drawn_from() -> None:
    words = [
        "seed=1",
        "pooling=gmp,gap",
        "optimizer.lr=tag(log,interval(1e-4,1e-2))",
        "+a.k=int(interval(1,5))",
        "b=1,2",
        "b=3",
    ]
    fixed, space = space_of([*words, "c=range(1,4)"])
    assert fixed == ["seed=1", "b=3"]
    assert space == {
        "pooling": CategoricalDistribution(["gmp", "gap"]),
        "optimizer.lr": FloatDistribution(1e-4, 1e-2, log=True),
        "+a.k": IntDistribution(1, 5),
        "c": CategoricalDistribution(["1", "2", "3"]),
    }


def test_trials_are_runs_and_their_values_what_these_reach(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-m", *STUDY, "sweeper.trials=3"]) == 0
    found = trials()
    assert [trial.state for trial in found] == [TrialState.COMPLETE] * 3
    runs = [json.loads((SWEEP / name / "results.json").read_text()) for name in run_states(SWEEP)]
    assert [trial.value for trial in found] == [run["validation"]["val/tagging/map"] for run in runs]
    for trial, run in zip(found, runs, strict=True):
        assert f"optimizer.lr={trial.params['optimizer.lr']}" in run["overrides"]
        assert run["choices"]["pooling"] == trial.params["pooling"]
        assert sorted(trial.intermediate_values) == [0, 1, 2]
    assert "Best of 3 trials" in capsys.readouterr().out
    before = (SWEEP / next(iter(run_states(SWEEP))) / "results.json").stat().st_mtime_ns
    assert main(["train", "-m", *STUDY, "sweeper.trials=4"]) == 0
    assert [trial.params for trial in trials()][:3] == [trial.params for trial in found]
    assert len(trials()) == 4
    assert (SWEEP / next(iter(run_states(SWEEP))) / "results.json").stat().st_mtime_ns == before


def test_an_interrupted_study_draws_what_it_would_have_drawn() -> None:
    assert main(["train", "-m", *STUDY, "sweeper.trials=3", "hydra.sweep.dir=outputs/train"]) == 0
    whole = [trial.params for trial in trials()]
    SWEEP.rename("whole")
    for count in (1, 3):
        assert main(["train", "-m", *STUDY, f"sweeper.trials={count}"]) == 0
    assert [trial.params for trial in trials()] == whole


def test_a_run_that_falls_behind_is_pruned(monkeypatch: pytest.MonkeyPatch) -> None:
    study = optuna.create_study(
        study_name="train",
        storage=JournalStorage(JournalFileBackend(str(_folder() / "optuna.journal"))),
        direction="maximize",
    )
    for _ in range(5):
        best = study.ask()
        for epoch in range(3):
            best.report(2.0, epoch)
        study.tell(best, 2.0)
    assert main(["train", "-m", *STUDY, "sweeper.trials=6", "sweeper.warmup=1"]) == 0
    assert trials()[-1].state == TrialState.PRUNED
    ((state, reason),) = run_states(SWEEP).values()
    assert state == "pruned"
    assert "stopped by Optuna after epoch 1" in str(reason)


@pytest.mark.parametrize("left", [True, False], ids=["killed", "stopped"])
def test_a_trial_whose_worker_is_gone_is_done_again(left: bool) -> None:
    assert main(["train", "-m", *STUDY, "sweeper.trials=1"]) == 0
    storage = JournalStorage(JournalFileBackend(str(SWEEP / "optuna.journal")))
    study = optuna.load_study(study_name="train", storage=storage)
    lost = study.ask(
        {"optimizer.lr": FloatDistribution(1e-4, 1e-1, log=True), "pooling": CategoricalDistribution(["gmp", "gap"])}
    )
    worker = {**process.describe(), "pid": 2**22 + 1, "lease": ".worker-1"}
    lost.set_user_attr("worker", worker)
    if left:
        (SWEEP / ".worker-1").write_text(json.dumps({"token": "a", **worker}))
    assert main(["train", "-m", *STUDY, "sweeper.trials=2"]) == 0
    assert [trial.state.name for trial in trials()] == ["COMPLETE", "FAIL", "COMPLETE"]
    assert trials()[2].params == lost.params


def test_a_trial_whose_worker_is_alive_is_left_to_it() -> None:
    assert main(["train", "-m", *STUDY, "sweeper.trials=1"]) == 0
    storage = JournalStorage(JournalFileBackend(str(SWEEP / "optuna.journal")))
    other = optuna.load_study(study_name="train", storage=storage).ask()
    other.set_user_attr("worker", {**process.describe(), "lease": ".worker-1"})
    with Lease(SWEEP / ".worker-1", "this test"):
        assert main(["train", "-m", *STUDY, "sweeper.trials=3"]) == 0
    assert [trial.state.name for trial in trials()] == ["COMPLETE", "RUNNING", "COMPLETE"]
    assert not list(SWEEP.glob(".worker-*"))


def test_a_trial_that_is_being_drawn_is_not_lost() -> None:
    assert main(["train", "-m", *STUDY, "sweeper.trials=1"]) == 0
    storage = JournalStorage(JournalFileBackend(str(SWEEP / "optuna.journal")))
    study = optuna.load_study(study_name="train", storage=storage)
    drawn = threading.Event()

    def draw() -> None:
        with FileLock(SWEEP / LOCK):
            trial = study.ask()
            drawn.set()
            time.sleep(1)
            trial.set_user_attr("worker", {**process.describe(), "lease": ".worker-1"})

    with Lease(SWEEP / ".worker-1", "this test"):
        other = threading.Thread(target=draw)
        other.start()
        drawn.wait()
        assert main(["train", "-m", *STUDY, "sweeper.trials=3"]) == 0
        other.join()
    assert [trial.state.name for trial in trials()] == ["COMPLETE", "RUNNING", "COMPLETE"]


@pytest.mark.slow
def test_two_workers_share_a_study(start: Start) -> None:
    workers = [start("train", "-m", *STUDY, "sweeper.trials=6") for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    pids = {trial.user_attrs["worker"]["pid"] for trial in trials() if trial.state == TrialState.COMPLETE}
    assert pids == {worker.pid for worker in workers}
    assert 6 <= len(trials()) <= 7


def test_without_a_validation_split(capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in STUDY if not word.startswith("data.clips")]
    assert main(["train", "-m", *words, "data.clips={train: 12, val: 0, test: 3}", "sweeper.trials=3"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert "needs a validation split" in said[0]
    assert "the first trials failed" in said[-1]


def _folder() -> Path:
    SWEEP.mkdir(parents=True)
    return SWEEP
