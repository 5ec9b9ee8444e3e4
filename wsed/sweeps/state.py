"""The sweep folder: the list of its runs, and the state of each."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wsed.atomic import write_text
from wsed.checks.documents import parse_json
from wsed.checks.files import exists, read_text
from wsed.checks.names import check_part
from wsed.errors import UserError
from wsed.runs.folder import RunFolder
from wsed.runs.lease_file import is_held

GRID = "sweep.json"
STATES = ("done", "running", "stopped", "pruned", "failed", "damaged", "pending")
MOST_BYTES = 2**24
"""Size of the largest list of runs that is read."""


@contextmanager
def sweep_lock(folder: Path) -> Iterator[None]:
    """Locks a sweep folder for this process.

    Raises:
        UserError: another process has locked it.
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


def check_same_sweep(folder: Path, names: Sequence[str]) -> None:
    """Checks that a sweep folder does not hold another sweep.

    Args:
        folder: the sweep folder.
        names: names of the run folders.

    Raises:
        UserError: the folder holds a sweep that has none of these runs.
    """
    known = _names(folder)
    if known and not set(known) & set(names):
        raise UserError(
            f"{folder}: holds another sweep, of {len(known)} runs such as {known[0]}; repeat its values beside the new "
            "ones, or choose another hydra.sweep.dir"
        )


def add_runs(folder: Path, names: Sequence[str]) -> None:
    """Adds runs to a sweep, before the first of them starts.

    Args:
        folder: the sweep folder.
        names: names of the run folders.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f".{GRID}.lock"):
        write_text(folder / GRID, json.dumps(list(dict.fromkeys([*_names(folder), *names])), indent=2) + "\n")


def run_states(folder: Path) -> dict[str, tuple[str, str | None]]:
    """State and reason of each run of a sweep, by the name of its folder.

    Raises:
        UserError: the folder holds no sweep, or the list of its runs is damaged.
    """
    if not exists(folder / GRID):
        raise UserError(f"{folder}: has no {GRID}; give the folder of a sweep, such as outputs/demo")
    return {name: _state_or_damage(RunFolder(folder / name)) for name in _names(folder)}


def _names(folder: Path) -> list[str]:
    path = folder / GRID
    if not exists(path):
        return []
    text = read_text(path, MOST_BYTES, inside=folder)
    cure = "remove it and start the sweep again, which finds the runs that are done"
    try:
        names = parse_json(text)
    except ValueError as error:
        raise UserError(f"{path}: {error}; {cure}") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError(f"{path}: is not a list of names; {cure}")
    return [check_part(name, str(path)) for name in names]


def _state_or_damage(folder: RunFolder) -> tuple[str, str | None]:
    try:
        return _state(folder)
    except UserError as error:
        return "damaged", str(error)


def _state(folder: RunFolder) -> tuple[str, str | None]:
    if is_held(folder.lease_path):
        return "running", None
    status = folder.status()
    if not status:
        return "pending", None
    # Whoever trained it was killed before it could say so.
    return "stopped" if status["status"] == "running" else status["status"], status.get("reason")
