"""The state of a run, which the executing process writes to the run folder."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from wsed.atomic import remove_partials, write_text
from wsed.errors import DISK_FULL, UserError, one_line
from wsed.runs import process
from wsed.runs.folder import RunFolder
from wsed.runs.lease import Lease
from wsed.runs.planned_run import PlannedRun

BLOCK = 4096
"""Bytes. The size of `status.json` is a multiple of it."""

LONGEST_REASON = 300

BEFORE_STATUS = (".lease", ".status.json")
"""Beginnings of the names of files that a run folder may have before it has a `status.json`."""


class ActiveRun:
    """A planned run whose folder this process may write.

    Args:
        plan: the planned run.
    """

    def __init__(self, plan: PlannedRun) -> None:
        self.plan = plan
        self.folder = plan.folder
        self.started = False
        self.finished = False
        self.lease = Lease(self.folder.lease_path, f"{plan.path}: is being trained")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lease of the run folder, which is created; folders that stay empty are removed again.

        Raises:
            RunBusyError: another process is executing the run.
            UserError: the path cannot be a folder.
            LeaseLostError: another process took the lease meanwhile.
        """
        path = self.plan.path
        missing = [each for each in (path, *path.parents) if not each.exists()]
        try:
            try:
                path.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise UserError(f"{path}: is not a folder; choose another hydra.run.dir") from error
            with self.lease:
                yield
        finally:
            with contextlib.suppress(OSError):
                for each in missing:
                    each.rmdir()

    def check_folder(self) -> None:
        """Checks that the folder does not hold something else, such as another run that is not to be replaced.

        Raises:
            UserError: it does; the message names the content.
        """
        # Listed before the status is read, because another process may write it at this moment.
        names = [each.name for each in self.plan.path.glob("*")]
        status = self.folder.status()
        if not status:
            if any(not name.startswith(BEFORE_STATUS) for name in names):
                raise UserError(f"{self.plan.path}: holds something that is not a run; choose another hydra.run.dir")
        elif status.get("identity") != self.plan.identity and not self.plan.config["force"]:
            raise UserError(
                f"{self.plan.path}: holds another run{self._difference()}; choose another hydra.run.dir, or add "
                "force=true to train this one in its place"
            )

    def is_done(self) -> bool:
        """Whether the folder holds this run, finished."""
        status = self.folder.status()
        return bool(status.get("identity") == self.plan.identity and status.get("status") == "done")

    def start(self, resumed: bool) -> None:
        """Marks the run as running and writes `config.yaml`.

        Args:
            resumed: whether the run continues from a checkpoint; otherwise files of an earlier attempt are deleted.
        """
        self.lease.check()
        for path in (self.folder.curves_path, self.folder.status_path, self.folder.config_path):
            remove_partials(path)
        self.folder.results_path.unlink(missing_ok=True)
        if not resumed:
            self.folder.curves_path.unlink(missing_ok=True)
            for path in self.folder.checkpoints.glob("*.ckpt"):
                path.unlink()
        # First, since it tells that this folder holds a run.
        self._set_status("running")
        self.started = True
        config = yaml.safe_dump(dict(self.plan.config), sort_keys=False, allow_unicode=True)
        write_text(self.folder.config_path, config)

    def finish(self, results: Mapping[str, Any]) -> None:
        """Writes `results.json`, then marks the run as done."""
        self.lease.check()
        write_text(self.folder.results_path, json.dumps(results, indent=2, allow_nan=False) + "\n")
        self._set_status("done")
        self.finished = True

    def end(self, status: str, error: BaseException) -> None:
        """Records how and why the run ended early.

        Args:
            status: `stopped`, `pruned` or `failed`.
            error: the reason.
        """
        self._set_status(status, one_line(f"{type(error).__name__}: {error}")[:LONGEST_REASON])

    def monitored_value(self) -> float | None:
        """The finished run's value of `monitor` on the validation split; None without a validation split."""
        value: float | None = (self.folder.results().get("validation") or {}).get(self.plan.config["monitor"])
        return value

    def _set_status(self, status: str, reason: str | None = None) -> None:
        self.lease.check()
        run = {"identity": self.plan.identity, "command": self.plan.command}
        values = {"status": status, "reason": reason, **run, **process.describe()}
        text = json.dumps(values, indent=2, ensure_ascii=False)
        # Filled up, so that on a full disk a reason can be written over it.
        size = -(-(len(text.encode()) + 4 * LONGEST_REASON) // BLOCK) * BLOCK
        try:
            write_text(self.folder.status_path, _filled(text, size))
        except OSError as error:
            if error.errno not in DISK_FULL or not self.folder.status_path.is_file():
                raise
            _overwrite(self.folder.status_path, text)

    def _difference(self) -> str:
        """The first differences between the run in the folder and this one, in words."""
        if not self.folder.config_path.is_file():
            return ""
        there, here = _leaves(self.folder.config()), _leaves(self.plan.config)
        keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
        named = [f"{key}={there.get(key)} and not {here.get(key)}" for key in keys[:3]]
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        return f", with {', '.join(named)}{more}" if named else ", of other data"


def is_forced(config: Mapping[str, Any], folder: RunFolder) -> bool:
    """Whether `force` asks to train a run anew; not again in a job that Slurm has requeued after it began the run."""
    return bool(config["force"]) and not process.is_of_this_requeued_job(folder.status())


def _filled(text: str, size: int) -> str:
    """A text with spaces and a newline at its end, `size` bytes long."""
    return text + " " * (size - 1 - len(text.encode())) + "\n"


def _overwrite(path: Path, text: str) -> None:
    """Replaces the content of a file that is large enough, without another block of the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        os.pwrite(descriptor, _filled(text, size).encode()[:size], 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _leaves(node: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.items():
        found |= _leaves(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found
