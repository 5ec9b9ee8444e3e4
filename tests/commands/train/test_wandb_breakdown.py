"""Runs whose copy in Weights & Biases breaks down."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import wandb

from tests.offline_run import only_run
from wsed.runs.active_run import ActiveRun
from wsed.training.loggers.metrics_csv import MetricsCsv

pytestmark = pytest.mark.slow

Train = Callable[..., tuple[int, str, str]]


def kill_helper() -> None:
    """Kills W&B's helper process of this one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_text()
        except OSError:
            continue
        if parent == os.getpid() and "wandb-core" in command:
            found.append(int(status.parent.name))
    (helper,) = found
    os.kill(helper, signal.SIGKILL)


def status(folder: Path) -> str:
    content: dict[str, str] = json.loads((folder / "status.json").read_text())
    return content["status"]


def test_a_sweep_goes_on_when_wandb_dies(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    original = MetricsCsv.log_metrics
    killed = []

    def log(self: MetricsCsv, *words: Any, **more: Any) -> None:
        if not killed:
            kill_helper()
        killed.append(True)
        original(self, *words, **more)

    monkeypatch.setattr(MetricsCsv, "log_metrics", log)
    code, _, err = train("-m", "seed=1,2", "logger=wandb", "hydra.sweep.dir=sweep")
    assert code == 0, err
    first, second = sorted(Path("sweep").glob("seed=*"))
    assert (status(first), status(second)) == ("done", "done")
    lines = [line for line in err.splitlines() if line.startswith("wsed: W&B: ")]
    assert lines[0].startswith("wsed: W&B: lacks further curves (ConnectionResetError")
    assert len(lines) == 3
    assert only_run(second).summary["exit_code"] == 0
    assert len(json.loads((first / "results.json").read_text())["metrics"]) > 50


def test_a_run_is_done_before_its_upload(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    def upload(exit_code: int) -> None:
        assert exit_code == 0
        assert status(Path("run")) == "done"
        raise TimeoutError("Timed out finishing run.")

    with monkeypatch.context() as patch:
        patch.setattr(wandb, "finish", upload)
        code, _, err = train("hydra.run.dir=run", "logger=wandb")
    wandb.finish()
    assert code == 0, err
    said = "wsed: W&B: lacks the end of its log (TimeoutError: Timed out finishing run.); the run itself does not"
    assert said in err.splitlines()
    assert status(Path("run")) == "done"


def test_a_run_that_is_stopped_during_its_upload_stays_done(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    def upload(exit_code: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(wandb, "finish", upload)
        train("hydra.run.dir=run", "logger=wandb")
    wandb.finish()
    assert status(Path("run")) == "done"
    code, out, _ = train("hydra.run.dir=run", "logger=wandb")
    assert code == 0
    assert "is done already" in out


def test_damaged_examples_are_named(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = ActiveRun.finish

    def damage(self: ActiveRun, results: Any) -> None:
        self.folder.predictions.examples.write_bytes(b"")
        finish(self, results)

    monkeypatch.setattr(ActiveRun, "finish", damage)
    code, _, err = train("hydra.run.dir=run", "logger=wandb")
    assert code == 0, err
    assert "wsed: W&B: run/predictions/examples.npz: " in err
    last = only_run(Path("run")).history[-1]
    assert "by_class.path" in last
    assert "masks.count" not in last
