"""`wsed fuse`: finished runs, averaged and scored like any system."""

import argparse
from pathlib import Path

from wsed.commands.parser import Parser, exit_code
from wsed.errors import UserError

HELP = """Averages what runs say of their test clips, and scores it like a run.

  wsed fuse RUN RUN --output FUSED
  wsed fuse RUN --first-epoch 20 --output FUSED

A RUN that was trained with keep_every=N stands for all epochs that it kept, which are averaged first; another stands
for the weights that it was tested with. A .ckpt file stands for itself. Tags and frames are averaged, evenly over runs,
on the frames of the first; separation is not. FUSED gets results.json and predictions/ as a run has them, by the
post-processing and the metrics' parameters of the first run; `wsed evaluate --scores` takes others."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed fuse", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folder of a run, or a .ckpt file in one")
    options.add_argument("--output", type=Path, required=True, metavar="FUSED", help="folder to write")
    options.add_argument("--first-epoch", type=int, default=1, help="leave out what runs kept of earlier epochs (1)")
    options.add_argument(
        "--data", nargs="+", metavar="CHOICE", help="test on other data: a choice of data, then KEY=VALUE ..."
    )
    return options


def main(words: list[str]) -> int:
    """Fuses and prints a table; returns the exit code."""
    return exit_code(lambda: fuse(parser().parse_args(words)))


def fuse(options: argparse.Namespace) -> None:
    """Fuses, prints a table and writes the folder.

    Raises:
        UserError: runs that cannot be used, or do not go together.
    """
    if options.output.exists():
        raise UserError(f"{options.output}: exists; choose another --output or remove it")
    from wsed.inference.fusion import fuse_runs
    from wsed.reports.scores import print_scores

    results, evaluation = fuse_runs(options.runs, options.output, options.data, options.first_epoch)
    print_scores(results, evaluation.labels, evaluation.parameters)
    print(f"\n{options.output}: holds the scores and what they are of")
