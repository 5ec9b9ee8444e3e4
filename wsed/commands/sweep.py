"""`wsed sweep`: how the runs of a sweep stand, and what W&B needs to run one."""

import argparse
import json
from collections import Counter
from pathlib import Path

from wsed.commands.parser import Parser, exit_code

HELP = """Says how the runs of a sweep stand, or describes one to Weights & Biases.

  wsed sweep status outputs/demo
  wsed sweep wandb jsc_pooling data=esc10 data.root=ESC10 > wandb_sweep.yaml

status  done, running, stopped, pruned, failed and why, or pending. The same `wsed train -m` again leaves done runs
        alone, goes on with stopped ones, and tries failed ones again; a larger grid adds to the sweep.
wandb   prints a choice of the group `sweep`, with further overrides for all its runs, as `wandb sweep` takes it; its
        agents call `wsed train`."""


def parser() -> Parser:
    """The options."""
    options = Parser("wsed sweep", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = options.add_subparsers(dest="command", required=True, metavar="status|wandb")
    stands = commands.add_parser("status", help="how runs stand")
    stands.add_argument("folder", type=Path, metavar="DIR", help="folder of a sweep")
    stands.add_argument("--json", action="store_true", help="for machines")
    stands.set_defaults(does=status)
    describes = commands.add_parser("wandb", help="YAML for `wandb sweep`")
    describes.add_argument("name", metavar="SWEEP", help="a choice of the group `sweep`")
    describes.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="the same for all runs")
    describes.set_defaults(does=wandb)
    return options


def main(words: list[str]) -> int:
    """Does one of the two; returns the exit code."""

    def command() -> None:
        options = parser().parse_args(words)
        options.does(options)

    return exit_code(command)


def wandb(options: argparse.Namespace) -> None:
    """Prints a sweep as W&B describes it.

    Raises:
        UserError: there is no such sweep, or overrides do not compose.
    """
    from wsed.sweeps.wandb import wandb_sweep

    print(wandb_sweep(options.name, options.overrides), end="")


def status(options: argparse.Namespace) -> None:
    """Prints a line for each run that is not done, and how many are in each state.

    Raises:
        UserError: a folder without a sweep.
    """
    from wsed.sweeps.state import STATES, run_states

    found = run_states(options.folder)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, (state, reason) in found.items():
        if state != "done":
            print(f"{state:<8} {name}{f': {reason}' if reason else ''}")
    counts = Counter(state for state, _ in found.values())
    print(", ".join(f"{counts[state]} {state}" for state in STATES if counts[state]))
