"""The grid of a sweep and the state of each of its runs."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from wsed.atomic import write_text
from wsed.errors import UserError
from wsed.runs.process import alive

GRID = "sweep.json"
STATES = ("done", "running", "stopped", "pruned", "failed", "pending")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While one sweep writes its folder.

    Raises:
        UserError: another one does.
    """
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
    if not path.is_file():
        return "pending", None
    found: dict[str, Any] = json.loads(path.read_text())
    state = found["status"]
    if state == "running" and not alive(found):
        state = "stopped"
    return state, found["reason"]
