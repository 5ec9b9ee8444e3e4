"""PSD-ROC from the folders of runs."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from sed_scores_eval import intersection_based

from wsed.reports import psd_roc, wandb_media
from wsed.reports.figures.lines import psd_roc_figure
from wsed.reports.psd_roc import read_psd_rocs
from wsed.reports.runs import read_runs
from wsed.reports.wandb_media import run_media
from wsed.runs.folder import RunFolder

MakeRun = Callable[..., Path]
MakeScored = Callable[..., Path]
LABELS = ["baby_cry", "glass_break"]
CLIPS, FRAMES, HOP = 20, 50, 0.2


@pytest.fixture
def make_scored(make_run: MakeRun) -> MakeScored:
    """Makes a run with scores that know of the events, the better the higher the gain."""

    def make(name: str, gain: float) -> Path:
        folder = make_run(name, "gap", examples=False)
        rng = np.random.default_rng(0)
        (folder / "predictions" / "scores").mkdir()
        edges = np.arange(FRAMES + 1) * HOP
        rows = []
        for clip in range(CLIPS):
            label, first = LABELS[clip % 2], int(rng.integers(0, 30))
            values = rng.normal(0, 1, (FRAMES, len(LABELS)))
            values[first : first + 10, clip % 2] += gain
            table = pd.DataFrame(values, columns=LABELS)
            table.insert(0, "onset", edges[:-1])
            table.insert(1, "offset", edges[1:])
            table.to_csv(folder / "predictions" / "scores" / f"{clip}.tsv", sep="\t", index=False)
            rows.append((f"{clip}.wav", edges[first], edges[first + 10], label))
        columns = ["filename", "onset", "offset", "event_label"]
        pd.DataFrame(rows, columns=columns).to_csv(folder / "predictions" / "reference.tsv", sep="\t", index=False)
        durations = pd.DataFrame({"filename": [f"{clip}.wav" for clip in range(CLIPS)], "duration": FRAMES * HOP})
        durations.to_csv(folder / "predictions" / "durations.tsv", sep="\t", index=False)
        return folder

    return make


def area(curve: tuple[np.ndarray, np.ndarray], limit: float) -> float:
    """Of the staircase, as a share of the most."""
    false, found = curve
    return float((found * np.diff(false, append=limit)).sum() / limit)


def published(folder: Path, dtc: float, cttc: float | None, alpha_ct: float, limit: float) -> float:
    """PSDS of the files in a folder by sed_scores_eval's own reading of them."""
    value, *_ = intersection_based.psds(
        scores=str(folder / "predictions" / "scores"),
        ground_truth=str(folder / "predictions" / "reference.tsv"),
        audio_durations=str(folder / "predictions" / "durations.tsv"),
        dtc_threshold=dtc,
        gtc_threshold=dtc,
        cttc_threshold=cttc,
        alpha_ct=alpha_ct,
        alpha_st=1.0,
        max_efpr=limit,
    )
    return float(value)


def test_the_area_below_the_curve_is_the_psds_of_the_published_tool(make_scored: MakeScored) -> None:
    folder = make_scored("a", 1.0)
    (curves,) = read_psd_rocs(read_runs([folder])).values()
    assert area(curves["scenario1"], 100) == pytest.approx(published(folder, 0.7, None, 0.0, 100.0))
    assert area(curves["scenario2"], 100) == pytest.approx(published(folder, 0.1, 0.3, 0.5, 100.0))
    assert 0.05 < area(curves["scenario2"], 100) < 0.95


def test_the_scenario_is_that_of_the_run(make_scored: MakeScored) -> None:
    folder = make_scored("a", 1.0)
    own = {"dtc": 0.3, "gtc": 0.3, "cttc": 0.4, "alpha_ct": 0.2, "alpha_st": 1.0, "max_efpr": 50.0}
    config = {"metrics": {"mine": {"_target_": "wsed.metrics.psds.Psds", "name": "psds/scenario2", **own}}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    (curves,) = read_psd_rocs(read_runs([folder])).values()
    assert list(curves) == ["scenario2"]
    assert area(curves["scenario2"], 50) == pytest.approx(published(folder, 0.3, 0.4, 0.2, 50.0))


def test_the_best_come_first_until_the_effort_is_spent(
    make_scored: MakeScored, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = read_runs([make_run("bare", "gwrp"), *(make_scored(name, 2.0) for name in ("a", "b", "c"))])
    assert list(read_psd_rocs(runs)) == [1, 2, 3]
    monkeypatch.setattr(psd_roc, "EFFORT", 2 * CLIPS * len(LABELS))
    assert list(read_psd_rocs(runs)) == [1, 2]
    monkeypatch.setattr(psd_roc, "EFFORT", 0)
    assert list(read_psd_rocs(runs)) == [1]


def test_damaged_scores_are_named_and_left_out(make_scored: MakeScored) -> None:
    runs = read_runs([make_scored("a", 2.0), make_scored("b", 2.0)])
    damaged = runs[0].folder.predictions.scores / "0.tsv"
    damaged.write_text("onset\toffset\n0\t1\n")
    assert list(read_psd_rocs(runs)) == [1]
    (reason,) = runs[0].left_out
    assert reason.startswith(f"{damaged}: is damaged (")


def test_the_charts_of_wandb_have_the_same_area(make_scored: MakeScored, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_scored("a", 1.0)
    media, left_out = run_media(RunFolder(folder))
    assert not left_out
    for name, wanted in {
        "scenario1": published(folder, 0.7, None, 0.0, 100.0),
        "scenario2": published(folder, 0.1, 0.3, 0.5, 100.0),
    }.items():
        across, up = np.array(media[f"psd_roc/{name}"].table.data).T
        assert (across[0], up[0], across[-1]) == (0, 0, 100)
        assert np.trapezoid(up, across) / 100 == pytest.approx(wanted)
    monkeypatch.setattr(wandb_media, "MOST_POINTS", 50)
    coarse, _ = run_media(RunFolder(folder))
    table = np.array(coarse["psd_roc/scenario2"].table.data)
    assert len(table) <= 101
    assert np.trapezoid(table[:, 1], table[:, 0]) / 100 == pytest.approx(wanted, abs=0.05)


def test_without_known_events_there_is_no_curve(make_scored: MakeScored) -> None:
    folder = make_scored("a", 2.0)
    results = json.loads((folder / "results.json").read_text())
    (folder / "results.json").write_text(json.dumps(results | {"labels": ["other"]}))
    assert read_psd_rocs(read_runs([folder])) == {}


def test_the_figure_has_a_panel_for_each_scenario_of_any_run() -> None:
    curve = (np.array([1.0, 2.0]), np.array([0.5, 0.75]))
    one, other = {"scenario1": curve}, {"scenario1": curve, "mine": curve}
    assert [len(psd_roc_figure({"a": one, "b": rocs}).axes) for rocs in (one, other)] == [1, 2]
