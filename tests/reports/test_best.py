"""Which of many runs are shown."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wsed.reports.best import best_runs
from wsed.reports.runs import Run, read_runs

MakeRun = Callable[..., Path]


@pytest.fixture
def runs(make_run: MakeRun, failed_run: Path) -> list[Run]:
    """Three poolings with four seeds each; the later the better."""
    folders = [
        make_run(
            f"{pooling}{seed}",
            pooling,
            examples=False,
            seed=seed,
            metrics={"tagging/map": 1 - level, "frame/map": level + seed / 100},
        )
        for level, pooling in ((0.1, "gap"), (0.5, "gmp"), (0.3, "gwrp"))
        for seed in (10, 9, 2, 1)
    ]
    return read_runs([failed_run, *folders])


def names(runs: list[Run], places: tuple[int, ...]) -> list[str]:
    return [runs[place].folder.path.name for place in places]


def test_few_runs_are_all_shown(runs: list[Run]) -> None:
    best = best_runs(runs, 13)
    assert best.reason == ""
    assert names(runs, best.places)[:4] == ["gmp10", "gmp9", "gmp2", "gmp1"]
    assert names(runs, best.places)[-1] == "broken"


def test_the_best_of_each_setting(runs: list[Run]) -> None:
    best = best_runs(runs, 5, each=("model", "pooling"))
    assert names(runs, best.places) == ["gmp10", "gwrp10", "gap10"]
    assert best.reason == "The best run of each pooling by SED-mAP."
    best = best_runs(runs, 2, each=("model", "pooling"))
    assert names(runs, best.places) == ["gmp10", "gwrp10"]
    assert best.reason == "The best run of each pooling by SED-mAP; 2 of 3."


def test_the_best_of_all_where_no_such_setting_differs(runs: list[Run]) -> None:
    best = best_runs(runs, 5, each=("model",))
    assert names(runs, best.places) == ["gmp10", "gmp9", "gmp2", "gmp1", "gwrp10"]
    assert best.reason == "The best 5 of 13 runs by SED-mAP."


def test_another_measure_ranks_where_there_is_no_first(make_run: MakeRun) -> None:
    folders = [
        make_run(name, name, examples=False, metrics={"separation/sdr": sdr}) for name, sdr in (("a", 1), ("b", 2))
    ]
    best = best_runs(read_runs(folders), 1)
    assert (best.places, best.reason) == ((1,), "The best 1 of 2 runs by SDR.")
