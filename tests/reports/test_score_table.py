"""Every score of every run as CSV."""

from pathlib import Path

import pandas as pd

from wsed.reports.runs import read_runs
from wsed.reports.score_table import csv_text, score_table


def test_the_csv_is_that_of_pandas(sweep: Path, failed_run: Path) -> None:
    runs = read_runs([failed_run, *sorted(path.parent for path in sweep.rglob("results.json"))])
    columns, rows = score_table(runs)
    assert csv_text(runs) == pd.DataFrame(rows, columns=columns).to_csv(index=False)
