"""`wsed report`: finished runs compared."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from wsed.commands.parser import Parser, exit_code
from wsed.errors import UserError

HELP = """Compares runs, by their folders alone.

  wsed report outputs/jsc
  wsed report RUN RUN --output COMPARED
  wsed report outputs/jsc --wandb

Every run in or below a DIR counts. The output, by default the first DIR, gets index.html, which needs nothing else;
comparison.md, a table over seeds to paste; and comparison.csv, every score of every run. With --wandb both tables also
go to a Weights & Biases run of the job type `report`, in the project and the group of the runs: online where an API key
is set, otherwise offline in the output."""

OF_A_RUN = ("checkpoints", "predictions", "wandb")
"""Folders in which no runs lie."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed report", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="run folder, or a folder of run folders")
    options.add_argument("--output", type=Path, help="folder to write (the first DIR)")
    options.add_argument("--wandb", action="store_true", help="log the tables to Weights & Biases as well")
    return options


def main(words: list[str]) -> int:
    """Compares, and prints a table; returns the exit code."""
    return exit_code(lambda: report(parser().parse_args(words)))


def report(options: argparse.Namespace) -> None:
    """Writes the comparison.

    Raises:
        UserError: folders without runs, a damaged file in one, or W&B refuses.
    """
    from wsed.atomic import write_text
    from wsed.reports.comparison import by_settings, read_run
    from wsed.reports.over_seeds import csv_text, group_runs, markdown
    from wsed.reports.page import write_comparison
    from wsed.reports.table import print_comparison

    runs = by_settings([read_run(folder) for folder in find_runs(options.folders)])
    output: Path = options.output or options.folders[0]
    output.mkdir(parents=True, exist_ok=True)
    print_comparison(runs)
    write_text(output / "comparison.csv", csv_text(runs))
    write_text(output / "comparison.md", markdown(group_runs(runs)))
    print(f"\n{write_comparison(runs, output)}: the comparison, with comparison.md and comparison.csv beside it")
    if options.wandb:
        from wsed.reports.wandb import log_comparison

        print(log_comparison(runs, output))


def find_runs(folders: list[Path]) -> list[Path]:
    """Folders of runs that are done or failed, in or below some folders, by name.

    Raises:
        UserError: one of them has none.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"{folder}: is no folder; give the folder of a run, or one of runs")
        ended = [run for run in _runs_below(folder) if _ended(run)]
        if not ended:
            raise UserError(f"{folder}: has no run that is done or failed; check the path, or wait for one")
        found |= dict.fromkeys(ended)
    return list(found)


def _runs_below(folder: Path) -> Iterator[Path]:
    """Run folders; what a run has of its own, thousands of files maybe, is not looked through."""
    for path, names, files in os.walk(folder):
        names.sort()
        if {"status.json", "results.json"} & set(files):
            names[:] = [name for name in names if name not in OF_A_RUN]
            yield Path(path)


def _ended(run: Path) -> bool:
    return (run / "results.json").is_file() or '"failed"' in (run / "status.json").read_text(encoding="utf-8")
