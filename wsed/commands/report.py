"""`wsed report`: compares finished runs."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wsed.checks.printable import printable
from wsed.commands.parser import Parser, exit_code
from wsed.errors import UserError

if TYPE_CHECKING:
    from wsed.reports.runs import Run

HELP = """Compares finished runs; it reads their folders and nothing else.

  wsed report outputs/jsc
  wsed report RUN RUN --output COMPARED
  wsed report outputs/jsc --wandb
  wsed report outputs/grid --scores tagging/map,psds/scenario1,separation/sdr

Compares every run that is done or failed, in or below each DIR; what is damaged is named and left out. Writes three
files to the output folder, which is the first DIR by default:

  index.html      the page: tables, curves, figures and sounds, in one file that works offline
  comparison.md   means over seeds with confidence intervals, to paste
  comparison.csv  every score of every run

--wandb also logs both tables to a Weights & Biases run with the job type `report`, in the project and the group of the
compared runs: online if an API key is set, otherwise offline in the output folder."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed report", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="run folder, or a folder of run folders")
    options.add_argument("--output", type=Path, help="folder to write to (default: the first DIR)")
    options.add_argument(
        "--scores", metavar="NAMES", help="columns of the tables, separated by commas, as in results.json"
    )
    options.add_argument("--wandb", action="store_true", help="also log the tables to Weights & Biases")
    return options


def main(words: list[str]) -> int:
    """Compares runs and prints a table; returns the exit code."""
    return exit_code(lambda: report(parser().parse_args(words)))


def report(options: argparse.Namespace) -> None:
    """Writes the comparison.

    Raises:
        UserError: a folder without runs, all runs are damaged, the comparison cannot be written, or W&B refuses.
    """
    from wsed.reports.rows import show_scores
    from wsed.reports.runs import read_runs_below
    from wsed.reports.settings import by_settings
    from wsed.reports.terminal import print_comparison

    runs = by_settings(read_runs_below(options.folders))
    if options.scores:
        runs = show_scores(runs, list(dict.fromkeys(options.scores.split(","))))
    output: Path = options.output or options.folders[0]
    print_comparison(runs)
    try:
        _write(runs, output)
    except OSError as error:
        raise UserError(f"{output}: cannot be written ({error.strerror}); give another --output") from error
    if options.wandb:
        from wsed.reports.wandb import log_comparison

        print(log_comparison(runs, output))


def _write(runs: "Sequence[Run]", output: Path) -> None:
    from wsed.atomic import atomic_write, write_text
    from wsed.reports.page.write import write_page
    from wsed.reports.score_table import write_csv
    from wsed.reports.seed_table import seed_table
    from wsed.reports.terminal import print_left_out

    output.mkdir(parents=True, exist_ok=True)
    with atomic_write(output / "comparison.csv") as partial, partial.open("w", encoding="utf-8", newline="") as file:
        write_csv(runs, file)
    write_text(output / "comparison.md", seed_table(runs).markdown())
    page = write_page(runs, output)
    print_left_out(runs)
    print(f"\n{printable(str(page))}: the comparison, with comparison.md and comparison.csv beside it")
