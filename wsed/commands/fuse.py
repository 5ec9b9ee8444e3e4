"""`wsed fuse`: averages finished runs, and scores the mean like any system."""

import argparse
import re
from pathlib import Path

from wsed.commands.parser import Parser, add_allow, exit_code
from wsed.errors import UserError
from wsed.imports import quick_imports

HELP = """Averages the predictions of runs for their test clips, and scores the mean like a run.

  wsed fuse RUN RUN --output FUSED
  wsed fuse RUN --first-epoch 20 --output FUSED
  wsed fuse RUN RUN --output FUSED data=esc10 data.root=ESC10

If a RUN was trained with keep_every=N, the epochs that it kept are averaged first; otherwise the weights of its test
are used. A .ckpt file is used as given. Clip and frame probabilities are averaged, with the same weight for each RUN,
on the frames of the first RUN; separated sources are not averaged. FUSED gets results.json and predictions/ like a run,
made with the post-processing and the metrics of the first RUN. GROUP=CHOICE and KEY=VALUE change these as in `wsed
evaluate`."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed fuse", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "words", nargs="+", metavar="RUN", help="folder of a run, or a .ckpt file in one; or KEY=VALUE"
    )
    options.add_argument("--output", type=Path, required=True, metavar="FUSED", help="folder to write")
    add_allow(options)
    options.add_argument("--first-epoch", type=int, default=1, help="leave out earlier epochs (default: 1)")
    return options


def main(words: list[str]) -> int:
    """Fuses and prints tables; returns the exit code."""
    return exit_code(lambda: fuse(parser().parse_intermixed_args(words)))


def fuse(options: argparse.Namespace) -> None:
    """Fuses, prints tables and writes the folder.

    Raises:
        UserError: runs that cannot be used, or do not go together.
    """
    if options.output.exists():
        raise UserError(f"{options.output}: exists; choose another --output or remove it")
    overrides = [word for word in options.words if _is_override(word)]
    runs = [Path(word) for word in options.words if word not in overrides]
    if not runs:
        raise UserError("fuse: there is no run to fuse; name the folder of at least one")
    with quick_imports():
        from wsed.inference.fusion import checkpoints_of, fuse_runs
        from wsed.reports.scores import print_scores

    if sum(len(checkpoints_of(run, options.first_epoch)) for run in runs) < 2:
        raise UserError(f"{runs[0]}: alone is nothing to fuse; give another, or a run that was trained with keep_every")
    evaluation, labels = fuse_runs(runs, options.output, overrides, options.first_epoch, options.allow)
    print_scores(evaluation.results, evaluation.measures, labels, evaluation.parameters)
    print(f"\n{options.output}: holds the scores and the predictions")


def _is_override(word: str) -> bool:
    """Whether a word is KEY=VALUE and not a path, which may also contain an equals sign."""
    return re.match(r"[+~]*[\w.]+=|~[\w.]+$", word) is not None and not Path(word).exists()
