"""Sweeps on one machine, one run after another or several at once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from filelock import FileLock
from submitit.core.utils import DelayedSubmission

from tests.conftest import Start
from tests.small_run import SMALL
from wsed.__main__ import main
from wsed.runs.lease import Lease
from wsed.sweeps.launchers import joblib, slurm
from wsed.sweeps.launchers.base import SweepRun
from wsed.sweeps.launchers.joblib import take_share
from wsed.sweeps.state import run_states, sweep_lock
from wsed.training.execute import Outcome

TINY = [*SMALL, "trainer.max_epochs=1", "evaluation.draws=0"]
GRID = ["pooling=gmp,gap,gwrp", "loss=clip_bce,mtl,focal_bce", "seed=1,2"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Sums depend on how many threads share them.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def metrics(sweep: Path) -> dict[str, Any]:
    return {name: json.loads((sweep / name / "results.json").read_text())["metrics"] for name in run_states(sweep)}


@pytest.mark.slow
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_a_sweep_has_the_same_scores_under_each_launcher_and_is_compared(start: Start) -> None:
    words = ["train", "-m", *TINY, *GRID]
    assert start(*words, "hydra.sweep.dir=serial").wait() == 0
    assert start(*words, "hydra.sweep.dir=joblib", "launcher=joblib").wait() == 0
    assert metrics(Path("joblib")) == metrics(Path("serial"))
    assert len(metrics(Path("serial"))) == 18
    assert main(["report", "joblib"]) == 0
    table = Path("joblib/comparison.md").read_text()
    assert all(word in table for word in ("gmp", "gap", "gwrp", "clip_bce", "mtl", "focal_bce"))


@pytest.mark.slow
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_processes_work_where_the_sweep_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where those of a sweep in another folder still wait for work."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert joblib.Joblib(2)._call(os.getcwd, [()] * 4) == [str(tmp_path / name)] * 4


@pytest.mark.slow
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_each_process_has_a_share_of_the_cores_of_its_own() -> None:
    code = (
        "import joblib, os, sys, time; from pathlib import Path; from wsed.sweeps.launchers.joblib import take_share\n"
        "def mine(_):\n    take_share(Path(sys.argv[1]), 2); time.sleep(0.5)\n"
        "    return sorted(os.sched_getaffinity(0)), os.environ['CUDA_VISIBLE_DEVICES']\n"
        "print(joblib.Parallel(n_jobs=2, batch_size=1)(joblib.delayed(mine)(n) for n in range(6)))"
    )
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "4,7"}
    done = subprocess.run([sys.executable, "-c", code, "shares"], capture_output=True, text=True, env=environment)
    shares = {(tuple(cores), gpus) for cores, gpus in eval(done.stdout)}
    assert len(shares) == 2
    (first, first_gpu), (second, second_gpu) = shares
    assert not set(first) & set(second)
    assert set(first) | set(second) == os.sched_getaffinity(0)
    assert {first_gpu, second_gpu} == {"4", "7"}


@pytest.mark.parametrize(
    ("gpus", "shares", "expected"),
    [(4, 2, ["0,1", "2,3"]), (1, 2, ["0", "0"]), (2, 3, ["0", "0", "1"]), (3, 2, ["0", "1,2"]), (0, 2, [None, None])],
)
def test_processes_share_the_gpus(
    gpus: int, shares: int, expected: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    monkeypatch.setattr(os, "sched_setaffinity", lambda process, cores: None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    found, locks = [], []
    for _ in range(shares):
        # As in a new process; the locks of the other processes are still held.
        held: list[FileLock] = []
        monkeypatch.setattr(joblib, "_held", held)
        take_share(Path(), shares)
        locks += held
        found.append(os.environ.get("CUDA_VISIBLE_DEVICES"))
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert sorted(found, key=str) == expected


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["train", "-m", *TINY, *words]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    return line


def test_more_at_once_than_there_are_cores(capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, "seed=1,2", "launcher=joblib", "launcher.jobs=1000")
    assert "launcher.jobs=1000: needs 1 to" in line
    assert not Path("outputs").exists()


def test_a_launcher_without_its_package(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    monkeypatch.delitem(sys.modules, "wsed.sweeps.launchers.slurm", raising=False)
    line = refused(capsys, "seed=1,2", "launcher=slurm")
    assert line == "wsed: launcher: needs the package submitit; pip install 'wsed[slurm]'"


def test_slurm_where_there_is_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "there is no srun here" in refused(capsys, "seed=1,2", "launcher=slurm")


def test_more_devices_than_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", *TINY, "runtime=ddp", "runtime.accelerator=cpu", "runtime.devices=1000"])
    assert code == 2
    assert "runtime.devices=1000: this machine has" in capsys.readouterr().err
    assert not list(Path("outputs").rglob("config.yaml"))


def test_the_folder_of_another_grid(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-m", *TINY, "seed=1,2"]) == 0
    line = refused(capsys, "seed=3,4")
    assert "outputs/train: holds another sweep, of 2 runs such as" in line
    assert len(run_states(Path("outputs/train"))) == 2
    assert main(["train", "-m", *TINY, "seed=1,2,3"]) == 0


def test_two_sweeps_in_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with sweep_lock(Path("outputs/train")):
        assert "outputs/train: another sweep is writing here" in refused(capsys, "seed=1,2")


def test_a_run_that_another_process_is_training(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", *TINY, "hydra.run.dir=run"]
    Path("run").mkdir()
    with Lease(Path("run/.lease"), "this test"):
        assert main(words) == 2
        err = capsys.readouterr().err
        assert err.startswith(f"wsed: run: is being trained by process {os.getpid()}")
        assert "remove run/.lease to take over" in err
        assert [path.name for path in Path("run").iterdir()] == [".lease"]
    assert main(words) == 0


def test_a_sweep_leaves_a_run_alone_that_another_process_is_training(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "-m", *TINY, "seed=1,2"]) == 0
    first = Path("outputs/train", next(iter(run_states(Path("outputs/train")))))
    path = first / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "status": "running"}))
    before = path.read_text()
    with Lease(first / ".lease", "this test"):
        assert main(["train", "-m", *TINY, "seed=1,2"]) == 0
        assert run_states(Path("outputs/train"))[first.name] == ("running", None)
    assert f"is being trained by process {os.getpid()}" in capsys.readouterr().out
    assert path.read_text() == before


def test_a_job_that_went_back_into_the_queue_has_no_result_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    job, runs = slurm._Job(), [SweepRun(None), SweepRun(None)]  # type: ignore[arg-type]
    outcomes = iter([Outcome("done"), Outcome("failed"), Outcome("done")])

    def execute(run: SweepRun) -> Outcome:
        outcome = next(outcomes)
        if outcome.status == "failed":
            # As submitit's handler does, whose exception became an ordinary error.
            job.checkpoint(runs).dump(tmp_path / "job.pkl")
        return outcome

    monkeypatch.setattr(slurm, "execute_in_sweep", execute)
    with pytest.raises(SystemExit):
        job(runs)
    assert DelayedSubmission.load(tmp_path / "job.pkl").result() == [Outcome("done"), Outcome("done")]
