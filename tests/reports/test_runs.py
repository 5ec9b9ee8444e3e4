"""Reading run folders."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wsed.errors import UserError
from wsed.reports.measures import DEFAULT_MEASURES
from wsed.reports.runs import read_runs, read_runs_below

MakeRun = Callable[..., Path]


def test_missing_or_damaged_results_are_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"results\.json: does not exist; finish this run"):
        read_runs([tmp_path])
    for text, said in (("{", "is not JSON"), (json.dumps([1]), "does not hold a mapping")):
        (tmp_path / "results.json").write_text(text)
        for read in (read_runs, read_runs_below):
            with pytest.raises(UserError, match=rf"results\.json: {said}; ") as caught:
                read([tmp_path])
            assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="at least one run folder"):
        read_runs([])


@pytest.mark.parametrize("measures", [7, [7], ["frame/map"], [{"title": "no key"}], [{"key": "a", "per_class": "ap"}]])
def test_damaged_descriptions_of_measures_are_named(measures: object, make_run: MakeRun) -> None:
    with pytest.raises(UserError, match=r"results\.json: measures.*; train this run again with force=true"):
        read_runs([make_run("a", "gap", measures=measures)])


def test_a_run_that_describes_no_measures_has_the_default_ones(make_run: MakeRun, failed_run: Path) -> None:
    run, failed = read_runs([make_run("a", "gap"), failed_run])
    assert run.measures == DEFAULT_MEASURES
    assert failed.measures == ()
    assert (run.failed, failed.failed) == (False, True)


def test_runs_that_have_not_ended_are_passed_over(make_run: MakeRun, failed_run: Path, tmp_path: Path) -> None:
    make_run("done", "gap", examples=False)
    for status in ("running", "pruned", "stopped"):
        (tmp_path / status).mkdir()
        # The word is in the text, but this run did not fail.
        state = {"status": status, "reason": "failed", "host": "h", "pid": 7}
        (tmp_path / status / "status.json").write_text(json.dumps(state))
    assert [run.folder.path for run in read_runs_below([tmp_path, failed_run])] == [failed_run, tmp_path / "done"]


def test_a_damaged_run_is_named_and_the_others_are_read(make_run: MakeRun, tmp_path: Path) -> None:
    (make_run("a", "gap", examples=False) / "status.json").write_text("{")
    with pytest.raises(UserError, match=r"a/status\.json: is not JSON"):
        read_runs_below([tmp_path])
    make_run("b", "gap", examples=False)
    damaged, done = read_runs_below([tmp_path])
    assert (damaged.state, done.state) == ("damaged", "done")
    assert damaged.reason.startswith(f"{tmp_path}/a/status.json: is not JSON; ")
