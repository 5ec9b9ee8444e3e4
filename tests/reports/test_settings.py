"""Settings in which runs differ, and the labels of runs."""

from collections.abc import Callable
from pathlib import Path

from wsed.reports.runs import read_runs
from wsed.reports.settings import by_settings, differing_settings, label_runs

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


def test_a_failed_run_changes_no_other_label(make_run: MakeRun, failed_run: Path) -> None:
    runs = read_runs([make_run("a", "gwrp"), make_run("b", "gap"), failed_run])
    assert label_runs(runs) == ["gwrp", "gap", "broken"]


def test_runs_are_sorted_by_their_settings_and_numbers_by_value(make_run: MakeRun, failed_run: Path) -> None:
    folders = [
        make_run(f"{pooling}{seed}", pooling, examples=False, seed=seed)
        for pooling in ("gmp", "gap")
        for seed in (10, 9, 2, 1)
    ]
    found = [run.folder.path.name for run in by_settings(read_runs([failed_run, *folders]))]
    assert found == ["gap1", "gap2", "gap9", "gap10", "gmp1", "gmp2", "gmp9", "gmp10", "broken"]
