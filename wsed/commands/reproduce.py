"""`wsed reproduce`: runs a paper's systems again, and judges its claims."""

import argparse
import shlex
from typing import TYPE_CHECKING

from wsed.commands.parser import Parser, exit_code
from wsed.errors import UserError
from wsed.imports import quick_imports

if TYPE_CHECKING:
    with quick_imports():
        from wsed.reproduction.jobs import Protocol

HELP = """Trains the systems of a paper, sets its tables beside ours, and judges each of its claims.

  wsed reproduce jsc
  wsed reproduce jsc data=esc10 data.root=ESC10
  wsed reproduce mtl --scale paper data=fsdkaggle2018 data.root=FSDKAGGLE2018 data.scenes_root=SCENES2018
  wsed reproduce gated_crnn --commands

Without data=CHOICE it uses generated sounds. Data other than the paper's are stand-ins: systems can be compared with
each other on them, but not with published numbers. KEY=VALUE and GROUP=CHOICE change every run, as launcher=slurm does.

Runs are in outputs/reproduce/PAPER-SCALE-DATA/, a sweep: the same command skips what is done and resumes the rest. It
gets reproduction.md with the tables, figures and verdicts, and verdicts.json."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed reproduce", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paper", metavar="PAPER", help="jsc, mtl, gated_crnn or strong_weak")
    options.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="overrides for all runs")
    options.add_argument(
        "--scale",
        choices=["quick", "paper"],
        default="quick",
        help="small trainings within an hour on two cores (default), or the paper's settings",
    )
    options.add_argument("--seeds", type=int, default=3, metavar="N", help="number of seeds (default: 3)")
    options.add_argument("--commands", action="store_true", help="only print the command of each run")
    return options


def main(words: list[str]) -> int:
    """Reproduces a paper; returns the exit code."""
    return exit_code(lambda: reproduce(parser().parse_intermixed_args(words)))


def reproduce(options: argparse.Namespace) -> None:
    """Runs what is missing, and writes and prints the comparison.

    Raises:
        UserError: there is no such paper, overrides that cannot be used, or runs that did not end well.
    """
    from wsed.reproduction.jobs import Protocol
    from wsed.reproduction.paper import read_paper

    if options.seeds < 1:
        raise UserError(f"--seeds {options.seeds}: is below 1; give at least 1, and 3 for verdicts")
    for word in options.overrides:
        if "=" not in word:
            raise UserError(f"{word}: is not KEY=VALUE; name one paper, then overrides")
        if word.lstrip("+~").startswith(("seed=", "experiment=", "sweeper", "sweep=")):
            raise UserError(f"{word}: is set by the reproduction; change the number of seeds with --seeds")
    protocol = Protocol(read_paper(options.paper), options.scale, options.overrides, options.seeds)
    if options.commands:
        _print_commands(protocol)
        return
    _run(protocol)


def _print_commands(protocol: "Protocol") -> None:
    for name, entry in protocol.entries.items():
        if entry.mean_of:
            runs = [member.upper() for member in entry.mean_of]
            print(shlex.join(["wsed", "fuse", *runs, "--output", name, *entry.words]))
        else:
            words = [word for word in protocol.training_words(name, 1) if not word.startswith("hydra.")]
            print(shlex.join(["wsed", "train", *words]))


def _run(protocol: "Protocol") -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    from wsed.reports.runs import read_run
    from wsed.reproduction.jobs import reproduce as run_all
    from wsed.reproduction.page import write_reproduction

    found = run_all(protocol)
    runs = {name: {seed: read_run(folder) for seed, folder in of.items()} for name, of in found.items()}
    text, _ = write_reproduction(protocol, runs, protocol.folder)
    console = Console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        print(text)
    print(f"{protocol.folder / 'reproduction.md'}: the page, with its figures and verdicts.json beside it")
