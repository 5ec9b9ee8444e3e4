"""Published numbers beside measured ones."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from wsed.metrics.measure import MISSING
from wsed.reports.runs import Run, read_run
from wsed.reproduction.paper import Claim, Comparison, Entry, TableSpec
from wsed.reproduction.tables import comparison_table, verdict_table
from wsed.reproduction.verdicts import judge
from wsed.runs.folder import RunFolder

ENTRIES = {"gap": Entry(title="GAP"), "gwrp": Entry(title="GWRP")}


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, dict[int, Run]]:
    found: dict[str, dict[int, Run]] = {}
    for entry, sdr in (("gap", 5.0), ("gwrp", 8.0)):
        for seed, extra in ((1, 0.0), (2, 0.2), (3, 0.4)):
            folder = tmp_path / f"{entry}-{seed}"
            folder.mkdir()
            (folder / "status.json").write_text('{"status": "done"}')
            metrics = {"separation/sdr": sdr + extra, "separation/mixture/sdr": -5.9, "separation/mixture/sar": None}
            metrics |= {
                "separation/sar": 9.0,
                "segment_based/micro/error_rate": 1.1,
                "separation/class/cry/sdr": sdr + 1,
                "tagging/micro/f1": 0.5 + extra / 10,
            }
            measures = [
                {"key": "separation/sdr", "title": "SDR", "unit": "dB", "decimals": 1,
                 "per_class": "separation/class/{label}/sdr"},
                {"key": "separation/sar", "title": "SAR", "unit": "dB", "decimals": 1},
            ]  # fmt: skip
            content = {"metrics": metrics, "labels": ["cry"], "measures": measures}
            (folder / "results.json").write_text(json.dumps(content))
            found.setdefault(entry, {})[seed] = read_run(RunFolder(folder))
    return found


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def published(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


def test_means_and_intervals_stand_beside_published_numbers(runs: dict[str, dict[int, Run]]) -> None:
    table = published(
        entry=["mixture", "gwrp"], **{"separation/sdr": ["-5.89", "8.08"], "separation/sar": ["inf", None]}
    )
    spec = TableSpec(title="Table 1", columns={"SDR": "separation/sdr", "SAR": "separation/sar"})
    header, _, mixture, gwrp = rows(comparison_table(spec, table, ENTRIES, runs, "esc10 (stand-in)"))
    assert header == ["", "SDR (dB), published", "esc10 (stand-in)", "SAR (dB), published", "esc10 (stand-in)"]
    assert mixture == ["mixture", "-5.89", "-5.9", "∞", "∞"]
    # Student's t with two degrees of freedom: 4.303 * 0.2 / sqrt(3) = 0.497.
    assert gwrp == ["GWRP", "8.08", "8.2 ± 0.5", MISSING, "9.0 ± 0.0"]


def test_classes_are_shown_where_the_runs_have_them(runs: dict[str, dict[int, Run]]) -> None:
    columns = {"entry": ["gap", "gap"], "separation/sdr": ["9.58", "6.06"]}
    spec = TableSpec(title="Table 1", columns={"SDR": "separation/sdr"})
    own = rows(comparison_table(spec, published(**columns, **{"class": ["cry", None]}), ENTRIES, runs, "here"))
    assert own[0] == ["", "class", "SDR (dB), published", "here"]
    assert own[2:] == [["GAP", "cry", "9.58", "6.0 ± 0.0"], ["GAP", "mean", "6.06", "5.2 ± 0.5"]]
    others = rows(comparison_table(spec, published(**columns, **{"class": ["shot", None]}), ENTRIES, runs, "here"))
    assert others[2:] == [["GAP", "6.06", "5.2 ± 0.5"]]


def test_percent(runs: dict[str, dict[int, Run]]) -> None:
    table = published(entry=["gap"], **{"tagging/micro/f1": ["56.7"], "segment_based/micro/error_rate": ["0.84"]})
    columns = {"F1": "tagging/micro/f1", "ER": "segment_based/micro/error_rate"}
    spec = TableSpec(title="Table 1", columns=columns, percent=True)
    header, _, cells = rows(comparison_table(spec, table, ENTRIES, runs, "here"))
    assert header == ["", "F1 (%), published", "here", "ER, published", "here"]
    assert cells == ["GAP", "56.7", "52.0 ± 5.0", "0.84", "1.100 ± 0.000"]


def test_a_verdict_names_its_differences(runs: dict[str, dict[int, Run]]) -> None:
    test = Comparison(score="separation/sdr", entry="gwrp", better_than=["gap", "mixture"])
    claim = Claim(claim="GWRP separates best", source="table 1", tests=[test])
    (cells,) = rows(verdict_table([judge(claim, runs)], ENTRIES, {}))[2:]
    assert cells[:3] == ["GWRP separates best", "table 1", "holds"]
    assert re.fullmatch(
        r"SDR: GWRP minus GAP: \+3.0 ± 0.0 \(p = \S+ over seeds\)<br>"
        r"SDR: GWRP minus mixture: \+14.1 ± 0.5 \(p = 6.7e-05 over seeds\)",
        cells[3],
    )


def test_a_verdict_names_scores_as_the_tables_do(runs: dict[str, dict[int, Run]]) -> None:
    tests = [Comparison(score=key, entry="gwrp", better_than=["gap"]) for key in ("tagging/micro/f1", "separation/sdr")]
    verdict = judge(Claim(claim="GWRP is better", source="table 1", tests=tests), runs)
    titles = {"tagging/micro/f1": "F1", "separation/sdr": "another name"}
    (cells,) = rows(verdict_table([verdict], ENTRIES, titles))[2:]
    assert [line.split(":")[0] for line in cells[3].split("<br>")] == ["F1", "SDR"]
