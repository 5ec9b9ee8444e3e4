"""Finds the checkpoint that a user means."""

from pathlib import Path

from wsed.checks.files import why_not_regular
from wsed.errors import UserError
from wsed.runs.folder import RunFolder


def find_checkpoint(path: Path) -> tuple[Path, RunFolder | None]:
    """Finds a checkpoint, and its run folder if there is one.

    Args:
        path: a `.ckpt` file; or a run folder, for the weights that the run was tested with.

    Raises:
        UserError: the path is neither.
    """
    if path.is_dir():
        run = RunFolder(path)
        if not run.config_path.is_file():
            raise UserError(f"{path}: is not the folder of a run: it has no {run.config_path.name}; check the path")
        found = run.tested_checkpoint()
        if found is None:
            raise UserError(f"{path}: has no checkpoint yet; wait for the run to end, or give another")
        return found, run
    problem = why_not_regular(path)
    if problem:
        raise UserError(f"{path}: {problem}; give the folder of a run or a .ckpt file")
    run = RunFolder(path.parent.parent)
    return path, run if run.config_path.is_file() else None
