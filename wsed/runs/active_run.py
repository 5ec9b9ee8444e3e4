"""The state of a run, which the executing process writes to the run folder."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from wsed.atomic import write_text
from wsed.errors import UserError
from wsed.runs import process
from wsed.runs.planned_run import PlannedRun


class ActiveRun:
    """A planned run whose folder this process may write.

    Args:
        plan: the planned run.
    """

    def __init__(self, plan: PlannedRun) -> None:
        self.plan = plan
        self.folder = plan.folder
        self.started = False

    def check_folder(self) -> None:
        """Checks that the folder does not hold something else, such as another run that is not to be replaced.

        Raises:
            UserError: it does; the message names the content.
        """
        status = self.folder.status()
        if not status:
            if self.plan.path.is_dir() and any(self.plan.path.iterdir()):
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

    def executed_by(self) -> str | None:
        """The other process that is training this run, in words, or None."""
        status = self.folder.status()
        if status.get("status") != "running" or process.is_own(status) or not process.is_alive(status):
            return None
        job = f", Slurm job {status['slurm_job']}" if status.get("slurm_job") else ""
        return f"process {status['pid']} on {status['host']}{job}"

    def start(self, resumed: bool) -> None:
        """Writes `config.yaml` and marks the run as running.

        Args:
            resumed: whether the run continues from a checkpoint; otherwise files of an earlier attempt are deleted.
        """
        self.plan.path.mkdir(parents=True, exist_ok=True)
        self.folder.results_path.unlink(missing_ok=True)
        if not resumed:
            self.folder.curves_path.unlink(missing_ok=True)
            for path in self.folder.checkpoints.glob("*.ckpt"):
                path.unlink()
        config = yaml.safe_dump(dict(self.plan.config), sort_keys=False, allow_unicode=True)
        write_text(self.folder.config_path, config)
        self._set_status("running")
        self.started = True

    def finish(self, results: Mapping[str, Any]) -> None:
        """Writes `results.json`, then marks the run as done."""
        write_text(self.folder.results_path, json.dumps(results, indent=2, allow_nan=False) + "\n")
        self._set_status("done")

    def end(self, status: str, error: BaseException) -> None:
        """Records how and why the run ended early.

        Args:
            status: `stopped`, `pruned` or `failed`.
            error: the reason.
        """
        self.plan.path.mkdir(parents=True, exist_ok=True)
        self._set_status(status, " ".join(f"{type(error).__name__}: {error}".split()))

    def monitored_value(self) -> float | None:
        """The finished run's value of `monitor` on the validation split; None without a validation split."""
        value: float | None = (self.folder.results().get("validation") or {}).get(self.plan.config["monitor"])
        return value

    def _set_status(self, status: str, reason: str | None = None) -> None:
        run = {"identity": self.plan.identity, "command": self.plan.command}
        values = {"status": status, "reason": reason, **run, **process.describe()}
        write_text(self.folder.status_path, json.dumps(values, indent=2) + "\n")

    def _difference(self) -> str:
        """The first differences between the run in the folder and this one, in words."""
        if not self.folder.config_path.is_file():
            return ""
        there, here = _leaves(self.folder.config()), _leaves(self.plan.config)
        keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
        named = [f"{key}={there.get(key)} and not {here.get(key)}" for key in keys[:3]]
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        return f", with {', '.join(named)}{more}" if named else ", of other data"


def _leaves(node: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.items():
        found |= _leaves(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found
