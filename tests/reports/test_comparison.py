"""Labels and rows of a comparison."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from wsed.errors import UserError
from wsed.reports.comparison import comparison_rows, differing_settings, label_runs, read_run, read_runs
from wsed.reports.measures import MEASURES, MISSING

MakeRun = Callable[..., Path]


def test_labels_hold_only_the_choice_that_differs(make_run: MakeRun) -> None:
    runs = read_runs([make_run("a", "gwrp"), make_run("b", "gap")])
    assert label_runs(runs) == ["gwrp", "gap"]
    assert differing_settings(runs) == ["pooling"]


def test_labels_hold_overrides_and_seed(make_run: MakeRun) -> None:
    runs = read_runs(
        [
            make_run("a", "gwrp", overrides=["pooling=gwrp", "pooling.decay=0.9", "trainer.max_epochs=3"]),
            make_run("b", "gwrp", overrides=["pooling=gwrp", "++pooling.decay=0.5", "trainer.max_epochs=3"], seed=2),
        ]
    )
    assert label_runs(runs) == ["decay=0.9, seed=1", "decay=0.5, seed=2"]


def test_equal_runs_are_told_apart_by_identity(make_run: MakeRun) -> None:
    first, second = make_run("a", "gwrp"), make_run("b", "gwrp")
    assert label_runs(read_runs([first])) == ["demo"]
    assert label_runs(read_runs([first, second])) == ["demo id-a", "demo id-b"]
    assert label_runs(read_runs([first, first, second])) == ["demo id-a", "demo id-a (2)", "demo id-b"]


def test_failed_run_changes_no_other_label(make_run: MakeRun, failed_run: Path) -> None:
    runs = read_runs([make_run("a", "gwrp"), make_run("b", "gap"), failed_run])
    assert label_runs(runs) == ["gwrp", "gap", "broken"]


def test_rows_start_with_references(make_run: MakeRun) -> None:
    rows = comparison_rows(read_runs([make_run("a", "gwrp", sdr=8.0, eer=0.2), make_run("b", "gap")]))
    assert [row.label for row in rows] == ["mixture", "ideal binary mask", "gwrp", "gap"]
    mixture, _, gwrp, _ = rows
    assert mixture.overall == {"AT-mAP": None, "SED-mAP": None, "EER": None, "SDR": -5, "SIR": 5, "SAR": math.inf}
    assert gwrp.overall == {"AT-mAP": 0.9, "SED-mAP": 0.7, "EER": 0.2, "SDR": 8, "SIR": 18, "SAR": 10}
    assert gwrp.classes["glass_break"]["SDR"] == 7
    assert gwrp.classes["glass_break"]["EER"] == pytest.approx(0.1)


def test_rows_without_separation_have_no_references(make_run: MakeRun) -> None:
    metrics = {"tagging/map": 0.5, "frame/map": None}
    (row,) = comparison_rows([read_run(make_run("a", "gwrp", metrics=metrics))])
    assert row.overall["AT-mAP"] == 0.5
    assert row.overall["SED-mAP"] is None
    assert row.overall["SDR"] is None


def test_text_of_values() -> None:
    by_title = {measure.title: measure for measure in MEASURES}
    assert by_title["SDR"].text(-0.04) == "0.0"
    assert by_title["SAR"].text(101) == "∞"
    assert by_title["SDR"].text(-math.inf) == "-∞"
    assert by_title["EER"].text(0.12345) == "0.123"
    assert by_title["EER"].text(None) == MISSING


def test_missing_or_broken_results_are_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"results\.json: does not exist; finish this run"):
        read_run(tmp_path)
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(UserError, match=r"results\.json: is not JSON; ") as caught:
        read_run(tmp_path)
    assert "\n" not in str(caught.value)
    (tmp_path / "results.json").write_text(json.dumps([1]))
    with pytest.raises(UserError, match=r"results\.json: holds no JSON object"):
        read_run(tmp_path)
    with pytest.raises(UserError, match="at least one run folder"):
        read_runs([])
