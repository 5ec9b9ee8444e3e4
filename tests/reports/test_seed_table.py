"""Runs that differ in their seed alone, and the table of their means."""

from collections.abc import Callable
from pathlib import Path

from wsed.metrics.measure import MISSING
from wsed.reports.runs import read_runs
from wsed.reports.seed_groups import group_runs
from wsed.reports.seed_table import seed_table

MakeRun = Callable[..., Path]


def test_runs_are_grouped_over_seeds(sweep: Path) -> None:
    runs = read_runs(sorted(path.parent for path in sweep.rglob("results.json")))
    groups = group_runs(runs)
    assert {group.label: sorted(group.runs) for group in groups} == {
        "gap": ["1", "2", "3"],
        "gmp": ["1"],
        "gwrp": ["1", "2", "3"],
    }
    text = seed_table(runs).markdown()
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


def test_a_measure_without_a_better_direction_has_no_best(make_run: MakeRun) -> None:
    measures = [{"key": "count/events", "title": "events", "decimals": 0, "higher_is_better": None, "shown": True}]
    folders = [
        make_run(f"{pooling}{seed}", pooling, seed=seed, examples=False, measures=measures, metrics={"count/events": n})
        for pooling, n in (("gap", 4.0), ("gmp", 1200.0))
        for seed in (1, 2, 3)
    ]
    table = seed_table(read_runs(folders))
    assert table.rows == [["gap", "4 ± 0", "17,000", "61", "3"], ["gmp", "1,200 ± 0", "17,000", "61", "3"]]
    assert "†" not in table.note


def test_costs_are_means_over_seeds(make_run: MakeRun) -> None:
    """Speed is the audio of the test steps by their time; a run of an earlier version has none."""
    measured = {"test_seconds": 9.0, "test_step_seconds": 2.0}
    folders = [
        make_run("a1", "gap", seed=1, timing={"train_seconds": 10.0, "tested_audio_seconds": 200.0, **measured}),
        make_run("a2", "gap", seed=2, timing={"train_seconds": 20.0, "tested_audio_seconds": 400.0, **measured}),
        make_run("b", "gmp", seed=1, parameters=1_234_567, timing={"train_seconds": 3.0}),
        make_run("c", "gwrp", seed=1, timing={"tested_audio_seconds": 1e12, "test_step_seconds": 1e-300}),
    ]
    table = seed_table(read_runs(folders))
    assert table.headers[-4:] == ["parameters", "training (s)", "speed (x real time)", "seeds"]
    assert [row[-4:] for row in table.rows] == [
        ["17,000", "15", "150", "2"],
        ["1,234,567", "3", MISSING, "1"],
        ["17,000", MISSING, MISSING, "1"],
    ]


def test_runs_of_the_same_settings_and_seed_are_kept_apart(make_run: MakeRun) -> None:
    runs = read_runs([make_run(name, "gap", examples=False) for name in ("a", "b")])
    assert [(group.label, [run.folder.path.name for run in group.runs.values()]) for group in group_runs(runs)] == [
        ("demo", ["a"]),
        ("demo (2)", ["b"]),
    ]
