"""`wsed sweep`: how the runs of a sweep stand, and what W&B needs to run one."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wsed.cli import Parser, exit_code
from wsed.errors import UserError

HELP = """Says how the runs of a sweep stand, or describes one to Weights & Biases.

  wsed sweep status outputs/demo
  wsed sweep wandb jsc_pooling data=esc10 data.root=ESC10 > wandb_sweep.yaml

status  done, running, stopped, pruned, failed and why, or pending. The same `wsed train -m` again leaves done runs
        alone, goes on with stopped ones, and tries failed ones again; a larger grid adds to the sweep.
wandb   prints a choice of the group `sweep`, with further overrides for all its runs, as `wandb sweep` takes it; its
        agents call `wsed train`."""

GRID = "sweep.json"
STATES = ("done", "running", "stopped", "pruned", "failed", "pending")


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
    from wsed.wandb_sweep import wandb_sweep

    print(wandb_sweep(options.name, options.overrides), end="")


def status(options: argparse.Namespace) -> None:
    """Prints a line for each run that is not done, and how many are in each state.

    Raises:
        UserError: a folder without a sweep.
    """
    found = states(options.folder)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, (state, reason) in found.items():
        if state != "done":
            print(f"{state:<8} {name}{f': {reason}' if reason else ''}")
    counts = Counter(state for state, _ in found.values())
    print(", ".join(f"{counts[state]} {state}" for state in STATES if counts[state]))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While one sweep writes its folder.

    Raises:
        UserError: another one does.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(folder / ".lock").acquire(timeout=0)
    except Timeout as error:
        raise UserError(
            f"{folder}: another sweep is writing here; wait for it, or choose another hydra.sweep.dir"
        ) from error
    with held:
        yield


def same_grid(folder: Path, names: Sequence[str]) -> None:
    """Refuses a sweep in the folder of another.

    Args:
        folder: of the sweep.
        names: of the folders of its runs.

    Raises:
        UserError: the folder's sweep has none of these runs.
    """
    known = _grid(folder)
    if known and not set(known) & set(names):
        raise UserError(
            f"{folder}: holds another sweep, of {len(known)} runs such as {known[0]}, of which this one has none; "
            "repeat its values beside the new ones, or choose another hydra.sweep.dir"
        )


def record(folder: Path, names: Sequence[str]) -> None:
    """Adds runs to the grid of a sweep, before the first of them starts.

    Args:
        folder: of the sweep.
        names: of the folders of its runs.
    """
    from filelock import FileLock

    from wsed.whole import write_text

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{GRID}.lock"):
        write_text(folder / GRID, json.dumps(list(dict.fromkeys([*_grid(folder), *names])), indent=2) + "\n")


def states(folder: Path) -> dict[str, tuple[str, str | None]]:
    """State and reason of each run of a sweep, by the name of its folder.

    Raises:
        UserError: a folder without a sweep.
    """
    if not (folder / GRID).is_file():
        raise UserError(f"{folder}: has no {GRID}; give the folder of a sweep, such as outputs/demo")
    return {name: _state(folder / name / "status.json") for name in _grid(folder)}


def _grid(folder: Path) -> list[str]:
    path = folder / GRID
    names: list[str] = json.loads(path.read_text()) if path.is_file() else []
    return names


def _state(path: Path) -> tuple[str, str | None]:
    from wsed.runs import alive

    if not path.is_file():
        return "pending", None
    found: dict[str, Any] = json.loads(path.read_text())
    state = found["status"]
    if state == "running" and not alive(found):
        state = "stopped"
    return state, found["reason"]
