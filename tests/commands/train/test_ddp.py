"""Two processes train as one does, in one folder."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import Start
from tests.small_run import DIVERGING_AND_GOOD, SEPARATED
from wsed.sweeps.state import run_states

TINY = [
    *SEPARATED,
    "data.clips={train: 30, val: 5, test: 5}",
    "network.dropout=0.0",
    "trainer.max_epochs=3",
    "evaluation.draws=0",
]


def wsed(*words: str) -> None:
    """Runs the command in an interpreter of its own, and in a session, so that no process of it outlives a failure."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "wsed", *words]
    run = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        assert run.wait(timeout=240) == 0
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)


def results(folder: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((folder / "results.json").read_text())["metrics"]
    return found


@pytest.mark.slow
def test_two_processes_have_the_losses_and_the_scores_of_one(tmp_path: Path, start: Start) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    assert start("train", *TINY, f"hydra.run.dir={alone}").wait() == 0
    wsed("train", *TINY, "runtime=ddp", f"hydra.run.dir={together}")
    curves = [pd.read_csv(folder / "metrics.csv") for folder in (alone, together)]
    names = [name for name in curves[0].columns if name.startswith(("train/", "val/"))]
    assert {"train/loss", "val/loss", "val/frame/map"} <= set(names)
    for name in names:
        one, other = (table[name].dropna().tolist() for table in curves)
        # The ranks of clips that are almost alike change with the last digits of their probabilities.
        losses = "frame" not in name and "tagging" not in name
        assert other == pytest.approx(one, **({"rel": 2e-4} if losses else {"abs": 0.02})), name
    expected, found = results(alone), results(together)
    assert found.keys() == expected.keys()
    for name in ("tagging/map", "frame/map", "frame/eer", "separation/sdr"):
        assert found[name] == pytest.approx(expected[name], rel=0.02), name
    # Each clip is scored once.
    for folder in (alone, together):
        assert len(pd.read_csv(folder / "predictions" / "tags.tsv", sep="\t")) == 5
    identities = [json.loads((folder / "results.json").read_text())["identity"] for folder in (alone, together)]
    assert identities[0] == identities[1]


@pytest.mark.slow
def test_runs_of_a_sweep_follow_each_other(tmp_path: Path, start: Start) -> None:
    sweep = tmp_path / "sweep"
    words = [*TINY, "runtime=ddp", "network.dropout=0.0,0.2", f"hydra.sweep.dir={sweep}"]
    assert start("train", "-m", *words).wait() == 0
    folders = [path.parent for path in sweep.glob("*/results.json")]
    assert len(folders) == 2
    for folder in folders:
        assert json.loads((folder / "status.json").read_text())["status"] == "done"
        assert not list(folder.glob("**/.*"))
    assert (sweep / "index.html").is_file()


@pytest.mark.slow
def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path, start: Start) -> None:
    run = start("train", *TINY, "runtime=ddp", "data.batch_size=5", f"hydra.run.dir={tmp_path}/run")
    _, err = run.communicate()
    assert run.returncode == 2
    assert "wsed: data.batch_size=5: is not a multiple of the 2 devices" in err


@pytest.mark.slow
def test_a_run_that_fails_leaves_the_rest_of_a_sweep_alone(tmp_path: Path, start: Start) -> None:
    words = [*TINY, "runtime=ddp", *DIVERGING_AND_GOOD, f"hydra.sweep.dir={tmp_path}/sweep"]
    assert start("train", "-m", *words).wait() == 1
    assert [state for state, _ in run_states(tmp_path / "sweep").values()] == ["failed", "done"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["launcher=joblib", "launcher.jobs=2", "seed=1,2"],
        ["sweeper=optuna", "sweeper.trials=2", "optimizer.lr=tag(log,interval(1e-4,1e-2))"],
    ],
    ids=["joblib", "optuna"],
)
def test_it_works_under_every_launcher_and_sweeper(words: list[str], tmp_path: Path, start: Start) -> None:
    sweep = tmp_path / "sweep"
    assert start("train", "-m", *TINY, "runtime=ddp", *words, f"hydra.sweep.dir={sweep}").wait() == 0
    assert [state for state, _ in run_states(sweep).values()] == ["done", "done"]
    for number, name in enumerate(run_states(sweep)):
        alone = tmp_path / f"alone{number}"
        values = json.loads((sweep / name / "results.json").read_text())["overrides"]
        assert start("train", *TINY, *values, "runtime=default", f"hydra.run.dir={alone}").wait() == 0
        assert losses(sweep / name) == pytest.approx(losses(alone), abs=2e-4)


def losses(folder: Path) -> list[float]:
    return [float(value) for value in pd.read_csv(folder / "metrics.csv")["train/loss"].dropna()]
