"""A planned run: what to train, and where."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wsed.runs.folder import RunFolder


@dataclass(frozen=True)
class PlannedRun:
    """One run whose config is valid. It can be pickled, so that another process or machine can execute it.

    Attributes:
        path: path of the run folder.
        config: validated config, plain Python.
        identity: hash that distinguishes it from other runs, see `wsed.config.identity`.
        overrides: overrides of the command line, without those of the launcher and the sweeper.
        choices: the choice of each config group.
        swept: keys that differ among the runs of its sweep; empty for a run on its own.
    """

    path: Path
    config: Mapping[str, Any]
    identity: str
    overrides: Sequence[str]
    choices: Mapping[str, str | None]
    swept: Sequence[str] = ()

    @property
    def folder(self) -> RunFolder:
        """The files of the run."""
        return RunFolder(self.path)

    @property
    def command(self) -> str:
        """The command that trains only this run."""
        return shlex.join(["wsed", "train", *self.overrides])
