"""`wsed report`: tables over seeds, every score in a CSV, and the page."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from wsed.__main__ import main
from wsed.reports.comparison import read_runs
from wsed.reports.over_seeds import csv_text, group_runs, interval, markdown, paired_p, table

MakeRun = Callable[..., Path]


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=20))
def test_the_interval_is_students(values: list[float]) -> None:
    mean, half = interval(values)
    if np.ptp(values) > 1e-6:
        low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
        assert (mean - half, mean + half) == pytest.approx((low, high), abs=1e-9)
    assert math.isnan(interval(values[:1])[1])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=20))
def test_the_paired_test_is_students(pairs: list[tuple[float, float]]) -> None:
    ours, others = np.array(pairs).T
    if np.ptp(ours - others) > 1e-6:
        assert paired_p(ours - others) == pytest.approx(stats.ttest_rel(ours, others).pvalue)


def test_differences_that_are_all_the_same_are_none_or_certain() -> None:
    assert paired_p(np.zeros(3)) == 1
    assert paired_p(np.full(3, 0.5)) == 0


@pytest.fixture
def sweep(make_run: MakeRun, tmp_path: Path) -> Path:
    """Two poolings with three seeds each, of which one is better each time, and a third with one seed."""
    for seed in (1, 2, 3):
        for pooling, gain in (("gwrp", 1.0), ("gap", 0.0)):
            sdr = 5 + seed + gain + 0.01 * seed * gain
            make_run(f"{pooling}{seed}", pooling, sdr=sdr, eer=0.3 + 0.01 * seed, seed=seed)
    make_run("gmp1", "gmp", sdr=1.0, eer=0.4, examples=False)
    return tmp_path


def test_runs_are_grouped_over_seeds(sweep: Path) -> None:
    groups = group_runs(read_runs(sorted(path.parent for path in sweep.rglob("results.json"))))
    assert {group.label: sorted(group.runs) for group in groups} == {
        "gap": ["1", "2", "3"],
        "gmp": ["1"],
        "gwrp": ["1", "2", "3"],
    }
    text = markdown(groups)
    rows = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    }
    columns = rows[""]
    sdr, eer = columns.index("SDR (dB)"), columns.index("EER")
    assert rows["gwrp"][sdr] == "**8.0 ± 2.5**"
    # Less than a dB apart and far less than the spread over seeds, yet lower with every seed.
    assert rows["gap"][sdr] == "7.0 ± 2.5†"
    assert rows["gmp"][sdr] == "1.0"
    assert "†" not in rows["gap"][eer]
    assert rows["gap"][columns.index("seeds")] == "3"
    assert "paired t-test over seeds" in text


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


def test_intervals_of_scores_have_columns_of_their_own(make_run: MakeRun, tmp_path: Path) -> None:
    folder = make_run("a", "gap")
    results = json.loads((folder / "results.json").read_text())
    results["metrics"]["frame/eer/ci95"] = [0.2, 0.4]
    (folder / "results.json").write_text(json.dumps(results))
    assert main(["report", str(folder), "--output", str(tmp_path / "out")]) == 0
    found = pd.read_csv(tmp_path / "out" / "comparison.csv")
    assert (found["frame/eer/low"][0], found["frame/eer/high"][0]) == (0.2, 0.4)


def test_the_csv_is_that_of_pandas(sweep: Path, failed_run: Path) -> None:
    runs = read_runs([failed_run, *sorted(path.parent for path in sweep.rglob("results.json"))])
    assert csv_text(runs) == table(runs).to_csv(index=False)


def test_runs_are_found_below_runs_but_not_among_their_files(make_run: MakeRun, tmp_path: Path) -> None:
    outer = make_run("outer", "gap", examples=False)
    make_run("outer/inner", "gmp", examples=False)
    make_run("outer/predictions/no_run", "gwrp", examples=False)
    assert main(["report", str(outer)]) == 0
    assert list(pd.read_csv(outer / "comparison.csv")["pooling"]) == ["gap", "gmp"]


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere", "is no folder"), ("empty", "has no run that is done or failed")]
)
def test_folders_without_runs(name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["report", str(tmp_path / name), "--output", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
