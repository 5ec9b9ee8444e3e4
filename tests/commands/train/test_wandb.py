"""Weights & Biases offline: a run for each training, and one for a report."""

import csv
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import wandb
import yaml

from tests.conftest import Start
from tests.offline_run import Read, only_run, read
from tests.small_run import DIVERGING_AND_GOOD, LOGGED
from wsed.__main__ import main

pytestmark = pytest.mark.slow

Train = Callable[..., tuple[int, str, str]]


def curves(folder: Path) -> list[dict[str, float]]:
    """Rows of `metrics.csv` without empty cells, with W&B's name of the step."""
    with (folder / "metrics.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items() if value} for row in csv.DictReader(file)]
    return [{"trainer/global_step": row.pop("step"), **row} for row in rows]


def scores(folder: Path) -> dict[str, float]:
    metrics = json.loads((folder / "results.json").read_text())["metrics"]
    return {f"test/{name}": value for name, value in metrics.items() if isinstance(value, float | int)}


def jobs(sweep: Path) -> list[Path]:
    folders = sorted(path.parent for path in sweep.glob("*/results.json"))
    assert len(folders) == 2
    return folders


def test_each_job_has_one_closed_run_with_its_config(logged_sweep: Path) -> None:
    for folder in jobs(logged_sweep):
        found = only_run(folder)
        config = yaml.safe_load((folder / "config.yaml").read_text())
        assert (found.summary["state"], found.summary["exit_code"]) == ("finished", 0)
        assert found.summary["config"] == config
        seed = yaml.safe_load((folder / "config.yaml").read_text())["seed"]
        assert found.summary["name"] == f"two seed={seed}"
        assert found.summary["project"] == "wsed"
        assert found.summary["run_id"] == json.loads((folder / "results.json").read_text())["identity"]
        assert (found.settings["run_group"], found.settings["job_type"]) == ("two", "sweep run")
    assert len(list(logged_sweep.rglob("*.wandb"))) == 2
    assert not list(Path.cwd().rglob("*.wandb"))


def test_each_job_has_its_own_scores_and_curves(logged_sweep: Path) -> None:
    expected = [scores(folder) for folder in jobs(logged_sweep)]
    assert expected[0] != expected[1]
    for folder, wanted in zip(jobs(logged_sweep), expected, strict=True):
        found = only_run(folder)
        assert {key: value for key, value in found.summary["summary"].items() if key.startswith("test/")} == wanted
        assert len(wanted) > 100
        *rows, last, _ = found.history
        assert rows == curves(folder)
        assert [row["epoch"] for row in rows if "train/loss" in row] == [0, 1]
        assert [row["epoch"] for row in rows if "val/loss" in row] == [0, 1]
        assert {key: value for key, value in last.items() if key.startswith("test/")} == wanted


def test_curves_are_shown_by_epoch(logged_sweep: Path) -> None:
    metrics = only_run(jobs(logged_sweep)[0]).records["metric"]
    assert {(metric.get("name"), metric.get("glob_name"), metric.get("step_metric")) for metric in metrics} == {
        ("epoch", None, None),
        (None, "*", "epoch"),
    }


def test_a_run_that_is_done_already_opens_none(logged_sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in logged_sweep.rglob("wandb/*")}
    assert main(["train", "-m", *LOGGED, "seed=1,2", "name=two", f"hydra.sweep.dir={logged_sweep}"]) == 0
    assert capsys.readouterr().out.count("is done already") == 2
    assert {path: path.stat().st_mtime_ns for path in logged_sweep.rglob("wandb/*")} == before


def test_a_job_that_fails_is_closed_as_failed(train: Train) -> None:
    code, _, err = train("-m", *DIVERGING_AND_GOOD, "logger=wandb")
    assert code == 1
    assert "the loss is nan" in err
    exits = {}
    for status in Path("outputs/train").glob("*/status.json"):
        found = only_run(status.parent)
        exits[json.loads(status.read_text())["status"]] = (found.summary["state"], found.summary["exit_code"])
    assert exits == {"done": ("finished", 0), "failed": ("failed", 1)}
    assert wandb.run is None


@pytest.fixture
def begin(start: Start, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts `wsed train`, logged."""
    # W&B's helper process of these tests, which would keep the run of a process that was killed.
    monkeypatch.delenv("WANDB_SERVICE", raising=False)
    return lambda *words: start("train", *LOGGED, *words)


def test_a_run_that_was_cut_off_is_whole_in_the_end(tmp_path: Path, begin: Start) -> None:
    words = ["data.clips={train: 60, val: 6, test: 3}", "trainer.max_epochs=12", f"hydra.run.dir={tmp_path}/run"]
    first = begin(*words)
    while first.poll() is None and not (tmp_path / "run" / "checkpoints" / "last.ckpt").exists():
        time.sleep(0.005)
    assert first.poll() is None
    first.kill()
    (torn,) = (tmp_path / "run").rglob("*.wandb")
    said, _ = (second := begin(*words)).communicate()
    assert second.returncode == 0
    assert "resumes" in said
    (whole,) = set((tmp_path / "run").rglob("run-*.wandb")) - {torn}
    # The name has the id. What the one that was killed holds depends on how much of it had reached the disk.
    assert whole.name == torn.name
    after = read(whole)
    assert (after.summary["state"], after.summary["exit_code"]) == ("finished", 0)
    known = curves(tmp_path / "run")
    assert after.history[:-2] == known
    assert sorted(row["epoch"] for row in known if "train/loss" in row) == list(range(12))
    # It holds all epochs, so it must not be appended to what W&B may have of the first.
    assert "resume" not in after.settings


def test_processes_that_train_together_have_one_run(tmp_path: Path, begin: Start) -> None:
    folder = tmp_path / "run"
    run = begin("runtime=ddp", "runtime.devices=2", "runtime.accelerator=cpu", f"hydra.run.dir={folder}")
    assert run.wait() == 0
    found = only_run(tmp_path)
    assert (found.summary["state"], found.summary["exit_code"]) == ("finished", 0)
    assert found.summary["config"]["runtime"]["devices"] == 2
    assert (found.settings["run_group"], found.settings["job_type"]) == ("train", "train")
    assert found.history[:-2] == curves(folder)
    assert {key: value for key, value in found.summary["summary"].items() if key.startswith("test/")} == scores(folder)


def table_of(found: Read, folder: Path, name: str) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of a table that a run logged."""
    (row,) = found.history
    assert row[f"{name}._type"] == "table-file"
    (file,) = folder.rglob(Path(row[f"{name}.path"]).name)
    content = json.loads(file.read_text())
    return content["columns"], content["data"]


@pytest.fixture
def report(
    logged_sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Path, str]:
    """Folder and last line of a report of the sweep and a run that failed."""
    failed = tmp_path / "failed"
    failed.mkdir()
    (failed / "status.json").write_text(json.dumps({"status": "failed", "reason": "it broke, |badly|"}))
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    output = tmp_path / "all of it"
    assert main(["report", str(logged_sweep), str(failed), "--output", str(output), "--wandb"]) == 0
    return output, capsys.readouterr().out.splitlines()[-1]


def test_a_report_is_a_run_beside_those_that_it_compares(logged_sweep: Path, report: tuple[Path, str]) -> None:
    output, said = report
    found = only_run(output)
    (folder,) = output.glob("wandb/offline-run-*")
    assert said == f"{folder}: the tables for W&B; `wandb sync '{folder}'` uploads them"
    assert (found.summary["state"], found.summary["exit_code"]) == ("finished", 0)
    assert found.summary["project"] == "wsed"
    assert (found.settings["run_group"], found.settings["job_type"]) == ("two", "report")
    identities = {only_run(job).summary["run_id"] for job in jobs(logged_sweep)}
    assert found.summary["run_id"] not in identities
    assert set(jobs(logged_sweep)) < {Path(path) for path in found.summary["config"]["runs"]}
    assert wandb.run is None


def test_a_report_holds_every_cell_of_the_comparison(report: tuple[Path, str]) -> None:
    output, _ = report
    columns, rows = table_of(only_run(output), output, "runs")
    with (output / "comparison.csv").open() as file:
        reader = csv.DictReader(file)
        expected = list(reader)
        assert columns == reader.fieldnames
    assert len(expected) == 3
    assert {"seed", "pooling", "tagging/map", "separation/sdr", "status", "reason"} <= set(columns)
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for cell, name in zip(row, columns, strict=True):
            if cell is None:
                assert wanted[name] == "", name
            elif isinstance(cell, str):
                assert wanted[name] == cell, name
            else:
                assert float(wanted[name]) == cell, name
                assert not math.isnan(cell)


def test_a_report_holds_the_table_over_seeds(report: tuple[Path, str]) -> None:
    output, _ = report
    found = only_run(output)
    columns, rows = table_of(found, output, "over_seeds")
    header, _, *lines = (output / "comparison.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (header, *lines) if line.startswith("|")]
    assert ["", *columns[1:]] == cells[0]
    assert rows == cells[1:]
    assert rows[0][-1] == "2"
    assert found.summary["notes"] == lines[-1]


def test_a_report_that_wandb_refuses_still_leaves_its_files(
    logged_sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_MODE", "sideways")
    assert main(["report", str(logged_sweep), "--output", str(tmp_path / "out"), "--wandb"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("wsed: W&B, WANDB_MODE=sideways: Input should be 'online'")
    assert {"comparison.csv", "comparison.md", "index.html"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_report_without_it_loads_no_wandb(logged_sweep: Path, tmp_path: Path) -> None:
    words = ["report", str(logged_sweep), "--output", str(tmp_path / "out")]
    program = f"import sys; from wsed.__main__ import main; code = main({words}); print(code, 'wandb' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert ran.stdout.splitlines()[-1] == "0 False"
    assert not list(tmp_path.rglob("*.wandb"))
