"""Sweeps and trainings on a real Slurm: two virtual nodes on this machine."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

from tests.commands.slurm.cluster import Cluster, until
from tests.conftest import Start
from tests.pause import paused_until
from tests.small_run import DIVERGING_AND_GOOD, SMALL
from tests.warm import WarmServer
from wsed.__main__ import main
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.sweeps.launchers.base import SweepRun
from wsed.sweeps.plan import plan_sweep_run
from wsed.sweeps.state import run_states

# In one file, for there is one cluster, and a test run with several processes gives each whole files.
pytestmark = [pytest.mark.slurm, pytest.mark.slow]

README = (Path(__file__).parents[3] / "README.md").read_text()
JOBS = ["launcher=slurm", "launcher.cpus_per_task=1", "launcher.memory=2", "launcher.minutes=10"]
LONG = ["trainer.max_epochs=5", "mixing.fresh=false"]


def scores(sweep: Path) -> dict[str, object]:
    return {name: json.loads((sweep / name / "results.json").read_text())["metrics"] for name in run_states(sweep)}


def losses(sweep: Path) -> list[float]:
    found = []
    for name in sorted(run_states(sweep)):
        with (sweep / name / "metrics.csv").open() as file:
            found += [float(row["train/loss"]) for row in csv.DictReader(file) if row["train/loss"]]
    return found


def weights(run: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    return found


def status(run: Path) -> str:
    path = run / "status.json"
    return str(json.loads(path.read_text())["status"]) if path.is_file() else "pending"


def trains(run: Path) -> Callable[[], bool]:
    """Whether a run has a checkpoint to go on from."""
    return lambda: (run / "checkpoints" / "last.ckpt").is_file()


def job_of(sweep: Path) -> str:
    """The number of the job of a sweep, or of its array of jobs, once it is submitted."""
    until(lambda: bool(list(sweep.glob(".slurm/*_submitted.pkl"))))
    (number,) = {path.name.split("_")[0] for path in sweep.glob(".slurm/*_submitted.pkl")}
    return number


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return list(one) == list(other) and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, warm_server: WarmServer) -> Path:
    """A run that nothing happened to."""
    folder = tmp_path_factory.mktemp("whole")
    outputs = (str(folder / "out"), str(folder / "err"))
    assert warm_server.start(["train", *SMALL, *LONG, "hydra.run.dir=run"], folder, outputs).wait() == 0
    return folder / "run"


def test_jobs_reach_the_scores_of_runs_one_after_another(cluster: Cluster) -> None:
    grid = ["pooling=gmp,gap", "seed=1,2"]
    assert main(["train", "-m", *SMALL, *grid, "hydra.sweep.dir=serial"]) == 0
    assert main(["train", "-m", *SMALL, *grid, "hydra.sweep.dir=jobs", *JOBS]) == 0
    assert scores(Path("jobs")) == scores(Path("serial"))
    assert len(scores(Path("jobs"))) == 4


def test_the_command_of_the_readme(cluster: Cluster) -> None:
    (line,) = (line for line in README.splitlines() if line.startswith("wsed train") and "launcher=slurm" in line)
    words = line.replace("launcher.partition=gpu launcher.gpus_per_node=1", "launcher.partition=urgent").split()
    assert main([*words[1:], *SMALL, "seed=1", *JOBS[1:]]) == 0
    assert len(scores(Path("outputs/jsc_pooling"))) == 3


@pytest.mark.parametrize("where", [["launcher.tasks_per_node=2"], ["launcher.nodes=2"]], ids=["tasks", "nodes"])
def test_two_tasks_have_the_losses_of_one(cluster: Cluster, where: list[str]) -> None:
    words = [*SMALL, "network.dropout=0", "pooling=gmp"]
    assert main(["train", "-m", *words, "hydra.sweep.dir=one"]) == 0
    assert main(["train", "-m", *words, "hydra.sweep.dir=two", *JOBS, *where, "runtime=ddp_slurm"]) == 0
    assert list(run_states(Path("two"))) == list(run_states(Path("one")))
    assert losses(Path("two")) == pytest.approx(losses(Path("one")), abs=2e-4)


def test_a_batch_job_goes_on_after_it_was_requeued(cluster: Cluster, uninterrupted: Path, tmp_path: Path) -> None:
    run, go_on = tmp_path / "run", tmp_path / "go_on"
    words = " ".join(f"'{word}'" for word in [*SMALL, *LONG, *paused_until(go_on), f"hydra.run.dir={run}"])
    (tmp_path / "job.sh").write_text(f"#!/bin/sh\nsrun {sys.executable} -m wsed train {words}\n")
    said = cluster.say("sbatch", "--parsable", "--requeue", "--open-mode=append", "--mem=2G", str(tmp_path / "job.sh"))
    job = said.strip()
    until(trains(run))
    before = (run / "checkpoints" / "last.ckpt").stat().st_mtime_ns
    cluster.say("scontrol", "requeue", job)
    printed = tmp_path / f"slurm-{job}.out"
    until(lambda: "resumes" in printed.read_text())
    until(lambda: (run / "checkpoints" / "last.ckpt").stat().st_mtime_ns > before)
    # As Slurm does ahead of a time limit, for jobs with --signal=USR1@60.
    cluster.say("scancel", "--signal=USR1", job)
    until(lambda: cluster.job(job)["Restarts"] == "2")
    go_on.touch()
    until(lambda: status(run) == "done", 240)
    assert printed.read_text().count("resumes") == 2
    assert f"Slurm is about to stop job {job}" in printed.read_text()
    assert equal(weights(run), weights(uninterrupted))


def test_a_job_goes_on_after_its_time_limit(
    cluster: Cluster, uninterrupted: Path, start: Start, tmp_path: Path
) -> None:
    go_on = tmp_path / "go_on"
    words = [*SMALL, *LONG, "seed=1", *paused_until(go_on), "hydra.sweep.dir=limited"]
    sweep = start("train", "-m", *words, *JOBS, "launcher.warning=30")
    job = job_of(Path("limited"))
    until(lambda: bool(list(Path("limited").glob("*/checkpoints/last.ckpt"))))
    # Only now, because Slurm may send the signal up to a minute too early.
    cluster.say("scontrol", "update", f"JobId={job}", "TimeLimit=1")
    until(lambda: cluster.job(job)["Restarts"] == "1")
    go_on.touch()
    assert sweep.wait(240) == 0
    (log,) = Path("limited/.slurm").glob("*_0_log.out")
    assert "resumes" in log.read_text()
    ((name, state),) = run_states(Path("limited")).items()
    assert state == ("done", None)
    assert equal(weights(Path("limited", name)), weights(uninterrupted))


def test_a_preempted_job_goes_on(cluster: Cluster, uninterrupted: Path, start: Start, tmp_path: Path) -> None:
    go_on = tmp_path / "go_on"
    sweep = start("train", "-m", *SMALL, *LONG, "seed=1", *paused_until(go_on), "hydra.sweep.dir=evicted", *JOBS)
    until(lambda: Path("evicted/sweep.json").is_file())
    (name,) = json.loads(Path("evicted/sweep.json").read_text())
    until(trains(Path("evicted", name)))
    job = job_of(Path("evicted"))
    cluster.say("srun", "--partition=urgent", "--nodes=2", "--exclusive", "sleep", "2")
    go_on.touch()
    assert sweep.wait(240) == 0
    assert cluster.job(job)["Restarts"] == "1"
    assert equal(weights(Path("evicted", name)), weights(uninterrupted))


def test_a_run_that_fails_is_failed_for_slurm_and_leaves_the_rest_alone(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "-m", *SMALL, *DIVERGING_AND_GOOD, "hydra.sweep.dir=half", *JOBS]) == 1
    assert "of the runs, 1 failed; `wsed sweep status half` says why" in capfd.readouterr().err
    assert sorted(state for state, _ in run_states(Path("half")).values()) == ["done", "failed"]
    number = job_of(Path("half"))
    until(lambda: not cluster.say("squeue", "-h"))
    ends = [cluster.job(f"{number}_{place}")["JobState"] for place in (0, 1)]
    assert ends == ["FAILED", "COMPLETED"]


def test_several_runs_in_a_job_end_as_those_one_after_another(cluster: Cluster) -> None:
    words = ["train", "-m", *SMALL, "seed=1,2,3"]
    assert main([*words, "hydra.sweep.dir=serial"]) == 0
    assert main([*words, "hydra.sweep.dir=jobs", *JOBS, "launcher.runs_per_job=2"]) == 0
    assert len(list(Path("jobs/.slurm").glob("*_submitted.pkl"))) == 2
    assert len(scores(Path("jobs"))) == 3
    assert scores(Path("jobs")) == scores(Path("serial"))
    assert all(equal(weights(Path("jobs", name)), weights(Path("serial", name))) for name in scores(Path("jobs")))


def test_runs_one_after_another_go_on_after_a_failed_one(cluster: Cluster) -> None:
    *settings, _ = DIVERGING_AND_GOOD
    with hydra_initialized():
        words = [*SMALL, *settings, *JOBS, "launcher.runs_per_job=2", "hydra.sweep.dir=some"]
        launcher = instantiate(OmegaConf.to_container(compose_config(words).launcher))
        decays = ("0", "1000000", "999999", "0.0001", "0.0002")
        plans = [plan_sweep_run([*words, f"+optimizer.weight_decay={decay}"], []) for decay in decays]
    outcomes = launcher.launch([SweepRun(plan) for plan in plans])
    assert [outcome.status for outcome in outcomes] == ["done", "failed", "failed", "done", "done"]
    number = job_of(Path("some"))
    until(lambda: not cluster.say("squeue", "-h"))
    ends = [cluster.job(f"{number}_{place}")["JobState"] for place in range(3)]
    assert ends == ["FAILED", "FAILED", "COMPLETED"]


@pytest.mark.parametrize(
    "how", [["scancel", "--signal=USR2"], ["scontrol", "requeue"]], ids=["as at a time limit", "without a word"]
)
def test_a_requeued_job_goes_on_with_the_run_that_was_interrupted(
    cluster: Cluster, uninterrupted: Path, start: Start, how: list[str], tmp_path: Path
) -> None:
    there, go_on = tmp_path / "there", tmp_path / "go_on"
    there.touch()
    pause, path = paused_until(there)
    words = ["train", "-m", *SMALL, *LONG, "hydra.sweep.dir=two", pause, f"{path},{go_on}"]
    # Anew, but not again those that this job has trained before it was requeued.
    sweep = start(*words, *JOBS, "launcher.runs_per_job=2", "force=true")
    until(lambda: Path("two/sweep.json").is_file())
    first, second = (Path("two", name) for name in json.loads(Path("two/sweep.json").read_text()))
    until(trains(second))
    assert status(first) == "done"
    ended = (first / "results.json").stat().st_mtime_ns
    job = job_of(Path("two"))
    cluster.say(*how, job)
    until(lambda: cluster.job(job)["Restarts"] == "1")
    go_on.touch()
    assert sweep.wait(240) == 0
    assert (first / "results.json").stat().st_mtime_ns == ended
    assert equal(weights(second), weights(uninterrupted))


def test_a_job_that_is_cancelled_ends_the_wait(cluster: Cluster, start: Start, tmp_path: Path) -> None:
    words = [*SMALL, *LONG, "seed=1", *paused_until(tmp_path / "never"), "hydra.sweep.dir=cancelled"]
    sweep = start("train", "-m", *words, *JOBS)
    until(lambda: Path("cancelled/sweep.json").is_file())
    (name,) = json.loads(Path("cancelled/sweep.json").read_text())
    until(trains(Path("cancelled", name)))
    assert run_states(Path("cancelled"))[name][0] == "running"
    cluster.say("scancel", "--user=root")
    assert sweep.wait(60) == 1
    assert run_states(Path("cancelled"))[name][0] == "stopped"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["launcher.partition=nowhere"], "invalid partition specified: nowhere"),
        (["launcher.sbatch={constraint: none}"], "Slurm refuses the jobs: sbatch: error"),
        (["launcher.tasks_per_node=2"], "add runtime=ddp_slurm"),
        (["launcher.nodes=2", "launcher.runs_per_job=2"], "launcher.runs_per_job=2: needs nodes=1"),
    ],
)
def test_what_slurm_does_not_take(
    cluster: Cluster, words: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "-m", *SMALL, "seed=1,2", *JOBS, *words]) == 2
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("wsed: ")
    assert said in last
