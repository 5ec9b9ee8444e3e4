"""What the script of a page draws from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scipy import stats

from wsed.reports.curves import CURVE_NUMBERS, FEWEST_POINTS
from wsed.reports.page.data import page_data
from wsed.reports.runs import read_runs
from wsed.reports.settings import label_runs

MakeRun = Callable[..., Path]


def data_of(folders: list[Path]) -> dict:  # type: ignore[type-arg]
    runs = read_runs(folders)
    # As a browser gets it.
    return json.loads(json.dumps(page_data(runs, label_runs(runs)), allow_nan=False))


def test_every_number_that_is_not_of_a_class_can_be_chosen(make_run: MakeRun, failed_run: Path) -> None:
    folders = [make_run("a", "gwrp", sdr=8.0), make_run("b", "gap", sdr=6.0, parameters=None), failed_run]
    data = data_of(folders)
    found = {metric["key"]: metric["values"] for metric in data["metrics"]}
    for place, folder in enumerate(folders[:2]):
        metrics = json.loads((folder / "results.json").read_text())["metrics"]
        known = {key: value for key, value in metrics.items() if "/class/" not in key}
        assert known.keys() <= found.keys()
        for key, value in known.items():
            # JSON has no infinity, and the mixture has no artefacts.
            assert found[key][place] == (1e9 if key == "separation/mixture/sar" else value)
    assert not [key for key in found if "/class/" in key]
    assert found["parameters"] == [17000, None, None]
    assert found["train_seconds"] == [61.2, 61.2, None]
    assert "real_time_factor" not in found
    assert [metric["title"] for metric in data["metrics"] if metric["shown"]][:3] == ["AT-mAP", "SED-mAP", "EER"]
    better = {metric["key"]: metric["better"] for metric in data["metrics"]}
    assert (better["separation/sir"], better["frame/eer"], better["parameters"]) == (1, -1, 0)
    assert data["settings"] == {"pooling": ["gwrp", "gap", None]}


def test_what_a_run_was_not_told_is_the_default(make_run: MakeRun) -> None:
    told = make_run("a", "gwrp", overrides=["pooling=gwrp", "pooling.decay=0.9"])
    assert data_of([told, make_run("b", "gwrp")])["settings"] == {"pooling.decay": ["0.9", "default"]}


def test_scores_of_classes_with_slashes(make_run: MakeRun) -> None:
    labels = ["cat", "cat/purr"]
    metrics = {
        "frame/class/cat/ap": 0.1,
        "frame/class/cat/purr/ap": 0.2,
        "frame/class/cat/ap/ci95": [0.0, 1.0],
        "psds/scenario1/class/cat/purr": 0.3,
        "separation/mixture/class/cat/sdr": 9.0,
    }
    data = data_of([make_run("a", "gwrp", labels=labels, metrics=metrics)])
    assert data["classes"] == labels
    assert {one["title"]: one["values"] for one in data["byClass"]} == {
        "SED-AP": [[0.1, 0.2]],
        "psds/scenario1": [[None, 0.3]],
    }


def test_groups_and_their_quantiles(make_run: MakeRun) -> None:
    folders = [make_run(f"{pooling}{seed}", pooling, seed=seed) for pooling in ("gap", "gmp") for seed in (1, 2, 3)]
    data = data_of(folders)
    assert data["groups"] == [{"label": "gap", "runs": [0, 1, 2]}, {"label": "gmp", "runs": [3, 4, 5]}]
    assert data["quantiles"][2:] == pytest.approx([stats.t.ppf(0.975, 1), stats.t.ppf(0.975, 2)])


def test_curves_of_many_epochs_are_thinned(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = [make_run("a", "gwrp"), make_run("b", "gap"), make_run("c", "gmp")]
    for folder, epochs in zip(folders, (3, 100, 0), strict=True):
        lines = ["epoch,train/loss", *(f"{epoch},{1 / (epoch + 1)}" for epoch in range(epochs)), "100,nan"]
        (folder / "metrics.csv").write_text("\n".join(lines))
    curves = data_of(folders)["curves"]
    assert curves["points"] is None
    assert curves["values"]["train/loss"][0] == [0, 1.0, 0.5, 0.3333]
    assert len(curves["values"]["train/loss"][1]) == 101
    assert curves["values"]["train/loss"][2] is None
    monkeypatch.setattr("wsed.reports.curves.CURVE_NUMBERS", 20)
    thin = data_of(folders)["curves"]
    assert thin["points"] == FEWEST_POINTS < CURVE_NUMBERS
    assert thin["epochs"][1][:: FEWEST_POINTS - 1] == [0, 99]
    assert len(thin["values"]["train/loss"][1]) == 1 + FEWEST_POINTS
