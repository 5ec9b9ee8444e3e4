"""The table that the script of a page computes holds what Python computes from the same runs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from wsed.reports.page.write import write_page
from wsed.reports.rows import comparison_rows, shown_measures
from wsed.reports.runs import Run, read_runs
from wsed.reports.seed_table import seed_table
from wsed.reports.table import overall_table

pytestmark = pytest.mark.slow

MakeRun = Callable[..., Path]

MEASURES = [
    {"key": "frame/map", "title": "SED-mAP", "shown": True},
    {"key": "frame/eer", "title": "EER", "higher_is_better": False, "shown": True},
    {"key": "separation/sdr", "title": "SDR", "unit": "dB", "decimals": 1, "shown": True},
    {"key": "delay/mean", "title": "Delay", "unit": "s", "decimals": 2, "higher_is_better": False, "shown": True},
    {"key": "count/reports", "title": "reports", "decimals": 0, "higher_is_better": None, "shown": True},
]
SEEDS = (1, 2, 3, 4)


@pytest.fixture
def runs(make_run: MakeRun) -> list[Run]:
    """Three poolings with four seeds each; the last seed has a name of its own, which the filter finds."""
    rng = np.random.default_rng(3)
    folders = []
    for level, pooling in enumerate(("gap", "gmp", "gwrp")):
        for seed in SEEDS:
            metrics = {
                "frame/map": float(rng.uniform(0.3, 0.5)) + level / 10,
                "frame/eer": float(rng.uniform(0.1, 0.4)),
                "separation/sdr": float(rng.normal(0, 3)),
                "separation/mixture/sdr": -5.04,
                "delay/mean": float(rng.exponential()),
                "count/reports": int(rng.integers(100, 5000)),
            }
            name = "odd" if seed == SEEDS[-1] else "even"
            folders.append(
                make_run(
                    f"{pooling}{seed}",
                    pooling,
                    examples=False,
                    seed=seed,
                    name=name,
                    metrics=metrics,
                    measures=MEASURES,
                )
            )
    return read_runs(folders)


@pytest.fixture
def page(browser: Browser, runs: list[Run], tmp_path: Path) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto(write_page(runs, tmp_path / "page").as_uri())
    yield opened
    opened.close()


def rows_on(page: Page) -> list[list[str]]:
    """Every row of the table of results; what is marked as best has asterisks, as in Markdown."""
    found: list[list[str]] = page.locator("#overall tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell =>"
        " cell.querySelector('strong') ? `**${cell.textContent}**` : cell.textContent))"
    )
    return found


def means_of(runs: list[Run]) -> list[list[str]]:
    """The rows of `comparison.md` without the daggers, costs and the number of seeds."""
    columns = 1 + len(shown_measures(runs))
    return [[cell.removesuffix("†") for cell in row[:columns]] for row in seed_table(runs).rows]


def test_single_runs(page: Page, runs: list[Run]) -> None:
    measures = shown_measures(runs)
    expected = [
        [row.label, *(f"**{cell.text}**" if cell.best else cell.text for cell in row.cells)]
        for row in overall_table(comparison_rows(runs), measures).rows
    ]
    assert len(expected) == 1 + len(runs)
    assert rows_on(page) == expected


def test_means_over_seeds(page: Page, runs: list[Run]) -> None:
    page.get_by_label("Means over seeds").check()
    assert rows_on(page)[1:] == means_of(runs)


def test_means_over_the_seeds_that_the_filter_leaves(page: Page, runs: list[Run]) -> None:
    page.get_by_label("Means over seeds").check()
    page.get_by_label("Filter").fill("even")
    left = [run for run in runs if run.name == "even"]
    assert len(left) == 9
    assert rows_on(page)[1:] == means_of(left)
    assert means_of(left) != means_of(runs)
