"""Run folders: the contract between a run and everything that reads it later."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf

from wsed.atomic import write_text
from wsed.config.validate import identity, leaves
from wsed.errors import UserError
from wsed.runs import slurm_job
from wsed.runs.process import alive


class ActiveRun:
    """`config.yaml`, `status.json`, `results.json` and what lies beside them.

    Args:
        path: the folder.
        config: the settled config of the run that belongs there.
        command: that does this run again, for those who wonder at its state.
    """

    def __init__(self, path: Path, config: Mapping[str, Any], command: str | None = None) -> None:
        self.path = path
        self.command = command
        self.config = config
        self.identity = identity(config)
        self.started = False

    def holds_this_run(self) -> bool:
        """Whether this very run is there and done.

        Raises:
            UserError: the folder holds something else; another run is no hindrance with `force`.
        """
        status = self.path / "status.json"
        if not status.is_file():
            if self.path.is_dir() and any(self.path.iterdir()):
                raise UserError(f"{self.path}: holds something that is not a run; choose another hydra.run.dir")
            return False
        found = json.loads(status.read_text())
        if found["identity"] == self.identity:
            return bool(found["status"] == "done")
        if self.config["force"]:
            return False
        raise UserError(
            f"{self.path}: holds another run{self._difference()}; choose another hydra.run.dir, or add force=true to "
            "train this one in its place"
        )

    def is_done(self) -> bool:
        """Whether this very run is done, whatever else lies there."""
        status = self.path / "status.json"
        found = json.loads(status.read_text()) if status.is_file() else {"identity": None}
        return bool(found["identity"] == self.identity and found["status"] == "done")

    def _difference(self) -> str:
        """The first keys in which the run that is there differs from this one."""
        path = self.path / "config.yaml"
        if not path.is_file():
            return ""
        there, here = leaves(yaml.safe_load(path.read_text())), leaves(self.config)
        keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
        named = [f"{key}={there.get(key)} and not {here.get(key)}" for key in keys[:3]]
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        return f", with {', '.join(named)}{more}" if named else ", of other data"

    def start(self, resumed: bool) -> None:
        """Writes `config.yaml` and says that the run is running; what was left goes, unless it is resumed."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "results.json").unlink(missing_ok=True)
        if not resumed:
            (self.path / "metrics.csv").unlink(missing_ok=True)
            for path in (self.path / "checkpoints").glob("*.ckpt"):
                path.unlink()
        write_text(self.path / "config.yaml", OmegaConf.to_yaml(OmegaConf.create(dict(self.config))))
        self.set_status("running")
        self.started = True

    def set_status(self, status: str, reason: str | None = None) -> None:
        """Says how the run stands: `running`, `done`, or `stopped`, `pruned` or `failed` with the reason."""
        process = {"host": socket.gethostname(), "pid": os.getpid(), "slurm_job": slurm_job.job()}
        run = {"identity": self.identity, "command": self.command}
        values = {"status": status, "reason": reason, **run, **process}
        write_text(self.path / "status.json", json.dumps(values, indent=2) + "\n")

    def runs_elsewhere(self) -> str | None:
        """Which process is training this run just now, in words, or None."""
        status = self.path / "status.json"
        found = json.loads(status.read_text()) if status.is_file() else {"status": "pending"}
        if found["status"] != "running" or found["pid"] == os.getpid() or not alive(found):
            return None
        job = f", Slurm job {found['slurm_job']}" if found.get("slurm_job") else ""
        return f"process {found['pid']} on {found['host']}{job}"

    def end(self, status: str, error: BaseException, in_sweep: bool) -> None:
        """Says how and why the run ended early; outside of sweeps, a folder in which nothing started stays as it was.

        Args:
            status: `stopped`, `pruned` or `failed`.
            error: why.
            in_sweep: whether the run is one of a sweep.
        """
        if self.started or in_sweep:
            self.path.mkdir(parents=True, exist_ok=True)
            self.set_status(status, " ".join(f"{type(error).__name__}: {error}".split()))
        elif self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()

    def reached(self) -> float | str:
        """What a done run reaches in its `monitor` on the validation split, or `done` without one."""
        results = json.loads((self.path / "results.json").read_text())
        value: float | None = results["validation"].get(self.config["monitor"])
        return "done" if value is None else value

    def finish(self, results: Mapping[str, Any]) -> None:
        """Writes `results.json`, then says that the run is done."""
        write_text(self.path / "results.json", json.dumps(results, indent=2, allow_nan=False) + "\n")
        self.set_status("done")
