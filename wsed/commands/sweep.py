"""`wsed sweep`: shows the state of the runs of a sweep, or prints a sweep as YAML for W&B."""

import argparse
import json
from collections import Counter
from pathlib import Path

from wsed.commands.parser import Parser, exit_code

HELP = """Shows the state of the runs of a sweep, or describes a sweep to Weights & Biases.

  wsed sweep status outputs/demo
  wsed sweep wandb jsc_pooling data=esc10 data.root=ESC10 > wandb_sweep.yaml

status  shows which runs are done, running, stopped, pruned, failed or damaged (and why) or pending. Repeating `wsed
        train -m` skips done runs, resumes stopped ones and retries failed ones; a larger grid adds runs to the sweep.
wandb   prints a choice of the group `sweep`, with further overrides for all its runs, as YAML for `wandb sweep`; its
        agents call `wsed train`."""

LONGEST_REASON = 500
"""Characters of the longest reason that is printed."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed sweep", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = options.add_subparsers(dest="command", required=True, metavar="status|wandb")
    status_options = commands.add_parser("status", help="show the state of the runs")
    status_options.add_argument("folder", type=Path, metavar="DIR", help="folder of a sweep")
    status_options.add_argument("--json", action="store_true", help="print JSON")
    status_options.set_defaults(function=status)
    wandb_options = commands.add_parser("wandb", help="print YAML for `wandb sweep`")
    wandb_options.add_argument("name", metavar="SWEEP", help="a choice of the group `sweep`")
    wandb_options.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="overrides for all runs")
    wandb_options.set_defaults(function=wandb)
    return options


def main(words: list[str]) -> int:
    """Runs `status` or `wandb`; returns the exit code."""

    def command() -> None:
        options = parser().parse_args(words)
        options.function(options)

    return exit_code(command)


def wandb(options: argparse.Namespace) -> None:
    """Prints the YAML of a sweep for W&B.

    Raises:
        UserError: there is no such sweep, or overrides do not compose.
    """
    from wsed.sweeps.wandb import wandb_sweep

    print(wandb_sweep(options.name, options.overrides), end="")


def status(options: argparse.Namespace) -> None:
    """Prints a line for each run that is not done, and the number of runs in each state.

    Raises:
        UserError: a folder without a sweep, or whose list of runs is damaged.
    """
    from wsed.checks.names import shortened
    from wsed.checks.printable import printable
    from wsed.sweeps.state import STATES, run_states

    found = run_states(options.folder)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, (state, reason) in found.items():
        if state != "done":
            print(printable(f"{state:<8} {name}{f': {shortened(reason, LONGEST_REASON)}' if reason else ''}"))
    counts = Counter(state for state, _ in found.values())
    print(", ".join(f"{counts[state]} {state}" for state in STATES if counts[state]))
