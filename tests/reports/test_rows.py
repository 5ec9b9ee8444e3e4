"""The numbers of each run and reference."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from wsed.reports.rows import comparison_rows
from wsed.reports.runs import read_runs

MakeRun = Callable[..., Path]


def test_rows_start_with_references(make_run: MakeRun) -> None:
    rows = comparison_rows(read_runs([make_run("a", "gwrp", sdr=8.0, eer=0.2), make_run("b", "gap")]))
    assert [row.label for row in rows] == ["mixture", "ideal binary mask", "gwrp", "gap"]
    mixture, _, gwrp, _ = rows
    assert list(mixture.overall.values()) == [None, None, None, -5, 5, math.inf]
    assert gwrp.overall == {
        "tagging/map": 0.9,
        "frame/map": 0.7,
        "frame/eer": 0.2,
        "separation/sdr": 8,
        "separation/sir": 18,
        "separation/sar": 10,
    }
    assert gwrp.classes["glass_break"]["separation/sdr"] == 7
    assert gwrp.classes["glass_break"]["frame/eer"] == pytest.approx(0.1)
    assert mixture.classes["glass_break"]["separation/sdr"] == -6


def test_rows_without_separation_have_no_references(make_run: MakeRun) -> None:
    metrics = {"tagging/map": 0.5, "frame/map": None}
    (row,) = comparison_rows(read_runs([make_run("a", "gwrp", metrics=metrics)]))
    assert row.overall["tagging/map"] == 0.5
    assert row.overall["frame/map"] is None
    assert row.overall["separation/sdr"] is None
