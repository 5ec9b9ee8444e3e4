"""A measure that wsed has never heard of is shown wherever measures are, by what the run says of it."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from wsed.metrics.measure import MISSING
from wsed.reports.page.write import write_page
from wsed.reports.runs import Run, read_runs
from wsed.reports.score_table import write_csv
from wsed.reports.seed_table import seed_table
from wsed.reports.terminal import print_comparison

MakeRun = Callable[..., Path]

MEASURES = [
    {
        "key": "frame/map",
        "title": "SED-mAP",
        "unit": "",
        "decimals": 3,
        "higher_is_better": True,
        "per_class": "frame/class/{label}/ap",
        "shown": True,
    },
    {
        "key": "delay/mean",
        "title": "Delay",
        "unit": "s",
        "decimals": 2,
        "higher_is_better": False,
        "per_class": "delay/class/{label}/median",
        "shown": True,
    },
    {
        "key": "delay/spread",
        "title": "Spread of delays",
        "unit": "s",
        "decimals": 1,
        "higher_is_better": False,
        "per_class": None,
        "shown": False,
    },
]
DELAYS = {"gap": 0.5, "gmp": 0.125, "gwrp": 2.0}


@pytest.fixture
def runs(make_run: MakeRun) -> list[Run]:
    """Three runs, the second of which has the smallest and so the best delay, but not for each class."""
    folders = []
    for pooling, delay in DELAYS.items():
        metrics = {"frame/map": 0.5, "delay/mean": delay, "delay/spread": 2 * delay}
        metrics |= {"delay/class/baby_cry/median": delay + 1, "delay/class/glass_break/median": 3 - delay}
        folders.append(make_run(pooling, pooling, examples=False, metrics=metrics, measures=MEASURES))
    return read_runs(folders)


def test_it_is_in_the_printed_tables(runs: list[Run]) -> None:
    stream = io.StringIO()
    print_comparison(runs, Console(file=stream, force_terminal=True, width=90, color_system="standard"))
    overall, by_class = stream.getvalue().split("Delay (s) by class")
    plain = re.sub(r"\x1b\[[\d;]*m", "", overall)
    assert next(line.split() for line in plain.splitlines() if "SED-mAP" in line) == ["SED-mAP", "↑", "Delay", "↓"]
    assert [line.split()[2] for line in plain.splitlines() if line.strip().startswith("g")] == ["0.50", "0.12", "2.00"]
    # The best are green: the same mean average precision three times, and the smallest delays.
    green = re.compile(r"\x1b\[1;32m *([\d.]+)")
    assert green.findall(overall) == ["0.500", "0.500", "0.12", "0.500"]
    assert green.findall(by_class) == ["1.12", "1.00"]


def test_it_is_in_the_table_over_seeds(runs: list[Run]) -> None:
    table = seed_table(runs)
    assert table.headers == ["SED-mAP", "Delay (s)", "parameters", "training (s)", "seeds"]
    assert [row[2] for row in table.rows] == ["0.50", "**0.12**", "2.00"]
    assert table.markdown().startswith("| | SED-mAP | Delay (s) | parameters | training (s) | seeds |\n")


def test_it_is_in_the_csv(runs: list[Run]) -> None:
    text = io.StringIO()
    write_csv(runs, text)
    rows = {row["pooling"]: row for row in csv.DictReader(io.StringIO(text.getvalue()))}
    assert {pooling: float(row["delay/mean"]) for pooling, row in rows.items()} == DELAYS
    assert float(rows["gap"]["delay/class/baby_cry/median"]) == 1.5


def test_it_is_on_the_page(runs: list[Run], tmp_path: Path) -> None:
    source = write_page(runs, tmp_path / "page").read_text(encoding="utf-8")
    assert '<th scope="col">Delay ↓\n(s)</th>' in source
    assert "<td><strong>0.12</strong></td>" in source
    assert "<strong>2.00</strong>" not in source
    assert "<caption>Delay (s) by class, lower ↓ is better</caption>" in source
    data = json.loads(source.split('id="data">')[1].split("</script>")[0])
    metrics = {metric["key"]: metric for metric in data["metrics"]}
    assert [key for key, metric in metrics.items() if metric["shown"]] == ["frame/map", "delay/mean"]
    delay = {"title": "Delay", "unit": "s", "decimals": 2, "better": -1}
    assert metrics["delay/mean"].items() >= {**delay, "shown": True, "values": list(DELAYS.values())}.items()
    assert metrics["delay/spread"].items() >= {"title": "Spread of delays", "decimals": 1, "shown": False}.items()
    (by_class,) = data["byClass"]
    assert by_class == {**delay, "values": [[1.5, 2.5], [1.12, 2.88], [3.0, 1.0]]}


def test_runs_without_it_have_gaps_and_keep_their_own_measures(runs: list[Run], make_run: MakeRun) -> None:
    table = seed_table([*runs, *read_runs([make_run("old", "attention", examples=False)])])
    assert table.headers[:5] == ["SED-mAP", "Delay (s)", "AT-mAP", "EER", "SDR (dB)"]
    assert table.rows[-1][:4] == ["attention", "**0.700**", MISSING, "0.900"]
