"""Every score of every run as CSV."""

from io import StringIO
from pathlib import Path

import pandas as pd

from wsed.reports.runs import read_runs
from wsed.reports.score_table import score_table, write_csv


def test_the_csv_is_that_of_pandas(sweep: Path, failed_run: Path) -> None:
    runs = read_runs([failed_run, *sorted(path.parent for path in sweep.rglob("results.json"))])
    columns, rows = score_table(runs)
    written = StringIO()
    write_csv(runs, written)
    assert written.getvalue() == pd.DataFrame(rows, columns=columns).to_csv(index=False)
