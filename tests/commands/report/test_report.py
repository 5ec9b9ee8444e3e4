"""`wsed report`: tables over seeds, every score in a CSV, and the page."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from wsed.__main__ import main

MakeRun = Callable[..., Path]


def test_the_report_of_a_folder_of_runs(sweep: Path, failed_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(sweep), "--output", str(sweep / "compared")]) == 0
    out = capsys.readouterr().out
    assert "loss is" in out
    found = pd.read_csv(sweep / "compared" / "comparison.csv")
    assert len(found) == 8
    assert set(found["status"]) == {"done", "failed"}
    for row in found[found["status"] == "done"].to_dict("records"):
        metrics = json.loads((Path(row["folder"]) / "results.json").read_text())["metrics"]
        assert row["separation/sdr"] == metrics["separation/sdr"]
        assert row["pooling"] in row["command"]
    assert (sweep / "compared" / "comparison.md").read_text().startswith("| | AT-mAP")
    assert "Saliency" not in (sweep / "compared" / "index.html").read_text()
    # What a report wrote is no run.
    assert main(["report", str(sweep)]) == 0
    assert len(pd.read_csv(sweep / "comparison.csv")) == 8


def test_the_columns_of_the_tables_can_be_chosen(make_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_run("a", "gap")
    results = json.loads((folder / "results.json").read_text())
    results["metrics"]["psds/scenario1"] = 0.4321
    (folder / "results.json").write_text(json.dumps(results))
    assert main(["report", str(folder), "--scores", "psds/scenario1,separation/sdr"]) == 0
    assert (folder / "comparison.md").read_text().startswith("| | psds/scenario1 | SDR (dB) | parameters")
    out = capsys.readouterr().out
    assert "0.432" in out
    assert "AT-mAP" not in out
    assert main(["report", str(folder), "--scores", "psds/scenario3"]) == 2
    assert "no run has the score psds/scenario3. Did you mean psds/scenario1?" in capsys.readouterr().err


def test_intervals_of_scores_have_columns_of_their_own(make_run: MakeRun, tmp_path: Path) -> None:
    folder = make_run("a", "gap")
    results = json.loads((folder / "results.json").read_text())
    results["metrics"]["frame/eer/ci95"] = [0.2, 0.4]
    (folder / "results.json").write_text(json.dumps(results))
    assert main(["report", str(folder), "--output", str(tmp_path / "out")]) == 0
    found = pd.read_csv(tmp_path / "out" / "comparison.csv")
    assert (found["frame/eer/low"][0], found["frame/eer/high"][0]) == (0.2, 0.4)


def test_runs_are_found_below_runs_but_not_among_their_files(make_run: MakeRun, tmp_path: Path) -> None:
    outer = make_run("outer", "gap", examples=False)
    make_run("outer/inner", "gmp", examples=False)
    make_run("outer/predictions/no_run", "gwrp", examples=False)
    assert main(["report", str(outer)]) == 0
    assert list(pd.read_csv(outer / "comparison.csv")["pooling"]) == ["gap", "gmp"]


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere", "is not a folder"), ("empty", "has no run that is done or failed")]
)
def test_folders_without_runs(name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["report", str(tmp_path / name), "--output", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
