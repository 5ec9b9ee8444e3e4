"""`wsed sweep status`: how the runs of a sweep stand."""

import argparse
import json
import os
import socket
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wsed.cli import Parser, exit_code
from wsed.errors import UserError

HELP = """Says how the runs of a sweep stand: done, running, stopped, failed and why, or pending.

  wsed sweep status outputs/demo

The same `wsed train -m` again leaves done runs alone, goes on with stopped ones, and tries failed ones again; a larger
grid adds to the sweep."""

GRID = "sweep.json"
STATES = ("done", "running", "stopped", "failed", "pending")


def parser() -> Parser:
    """The options."""
    options = Parser("wsed sweep", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("command", choices=["status"], metavar="status")
    options.add_argument("folder", type=Path, metavar="DIR", help="folder of a sweep")
    options.add_argument("--json", action="store_true", help="for machines")
    return options


def main(words: list[str]) -> int:
    """Prints how runs stand; returns the exit code."""
    return exit_code(lambda: status(parser().parse_args(words)))


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


def record(folders: Sequence[Path]) -> None:
    """Adds runs to the grid of their sweep, before the first of them starts."""
    from wsed.whole import write_text

    path = folders[0].parent / GRID
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text()) if path.is_file() else []
    write_text(path, json.dumps(list(dict.fromkeys([*known, *(folder.name for folder in folders)])), indent=2) + "\n")


def states(folder: Path) -> dict[str, tuple[str, str | None]]:
    """State and reason of each run of a sweep, by the name of its folder.

    Raises:
        UserError: a folder without a sweep.
    """
    grid = folder / GRID
    if not grid.is_file():
        raise UserError(f"{folder}: has no {GRID}; give the folder of a sweep, such as outputs/demo")
    return {name: _state(folder / name / "status.json") for name in json.loads(grid.read_text())}


def _state(path: Path) -> tuple[str, str | None]:
    if not path.is_file():
        return "pending", None
    found: dict[str, Any] = json.loads(path.read_text())
    state = found["status"]
    if state == "running" and found["host"] == socket.gethostname() and not _alive(found["pid"]):
        state = "stopped"
    return state, found["reason"]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
