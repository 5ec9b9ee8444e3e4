"""Finished runs, read from their folders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wsed.errors import UserError
from wsed.metrics.measure import Measure
from wsed.reports.measures import DEFAULT_MEASURES, read_measures
from wsed.runs.folder import RunFolder, find_runs


@dataclass(frozen=True)
class Run:
    """One training and its test.

    Attributes:
        folder: files of the run.
        results: content of `results.json`; empty if the run failed before its test.
        status: content of `status.json`.
        measures: descriptions of the scores and of how to show them; empty without results.
    """

    folder: RunFolder
    results: Mapping[str, Any]
    status: Mapping[str, Any]
    measures: tuple[Measure, ...]

    @property
    def name(self) -> str:
        """Name of the experiment, or of the folder."""
        return str(self.results.get("name") or self.folder.path.resolve().name)

    @property
    def scores(self) -> Mapping[str, Any]:
        """Scores by flat name, and their confidence intervals under `NAME/ci95`."""
        return self.results.get("metrics") or {}

    @property
    def labels(self) -> list[str]:
        """Event classes."""
        return [str(label) for label in self.results.get("labels") or []]

    @property
    def command(self) -> str | None:
        """Command that repeats this run."""
        command = self.results.get("command") or self.status.get("command")
        return None if command is None else str(command)

    @property
    def state(self) -> str:
        """How the run ended, such as `done` or `failed`."""
        return str(self.status.get("status", "done"))

    @property
    def failed(self) -> bool:
        """Whether the run ended with an error."""
        return self.state == "failed"


def read_run(folder: RunFolder) -> Run:
    """Reads a run folder. A run that failed may lack `results.json`.

    Raises:
        UserError: `results.json` is missing though the run did not fail, or a file is damaged.
    """
    status = folder.status() or {"status": "done"}
    if not folder.results_path.is_file() and status.get("status") != "failed":
        raise UserError(
            f"{folder.results_path}: does not exist; finish this run first or name the folder of a finished one"
        )
    results = folder.results()
    return Run(folder, results, status, _measures(folder, results))


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """Reads run folders, in the given order.

    Raises:
        UserError: no folder is given, or `read_run` refuses one.
    """
    if not folders:
        raise UserError("there is no run to report; name at least one run folder")
    return [read_run(RunFolder(folder)) for folder in folders]


def read_runs_below(folders: Sequence[Path]) -> list[Run]:
    """Reads the runs that are done or failed, in or below some folders, in the order of their paths.

    Raises:
        UserError: a folder without such a run, or a damaged run folder.
    """
    found: dict[Path, RunFolder] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"{folder}: is not a folder; name a run folder or a folder of run folders")
        ended = {run.path: run for run in find_runs(folder) if _has_ended(run)}
        if not ended:
            raise UserError(f"{folder}: has no run that is done or failed; check the path, or wait for a run to end")
        found |= ended
    return [read_run(run) for run in found.values()]


def class_labels(runs: Sequence[Run]) -> list[str]:
    """Event classes of all runs, in the order of the first run that has them."""
    return list(dict.fromkeys(label for run in runs for label in run.labels))


def _has_ended(folder: RunFolder) -> bool:
    return folder.results_path.is_file() or folder.status().get("status") == "failed"


def _measures(folder: RunFolder, results: Mapping[str, Any]) -> tuple[Measure, ...]:
    if not results:
        return ()
    if "measures" not in results:
        return DEFAULT_MEASURES
    try:
        return read_measures(results["measures"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{folder.results_path}: measures: is damaged ({error}); run the test of this run again"
        ) from error
