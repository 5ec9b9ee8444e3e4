"""Finished runs, read from their folders."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from wsed.checks.arrays import read_arrays
from wsed.checks.files import exists
from wsed.errors import UserError
from wsed.metrics.measure import Measure
from wsed.reports.measures import DEFAULT_MEASURES, read_measures
from wsed.reports.statistics import Array
from wsed.runs.folder import RunFolder, find_runs

MOST_DRAWS = 2**26
"""Bytes of the largest draws of the bootstrap that are read."""

DAMAGED = "damaged"
"""The state of a run whose files cannot be read."""


@dataclass(frozen=True)
class Run:
    """One training and its test.

    Attributes:
        folder: files of the run.
        results: content of `results.json`; empty if the run failed before its test.
        status: content of `status.json`; the state `damaged` and the reason if a file of the run cannot be read.
        measures: descriptions of the scores and of how to show them; empty without results.
        left_out: what of its other files cannot be read, one line each; those who read them add to it.
    """

    folder: RunFolder
    results: Mapping[str, Any]
    status: Mapping[str, Any]
    measures: tuple[Measure, ...]
    left_out: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the experiment, or of the folder."""
        return str(self.results.get("name") or self.folder.path.resolve().name)

    @cached_property
    def scores(self) -> Mapping[str, float | None]:
        """Scores by flat name."""
        return {name: value for name, value in self._metrics.items() if not isinstance(value, list)}

    @cached_property
    def intervals(self) -> Mapping[str, tuple[float | None, float | None]]:
        """Confidence intervals by `NAME/ci95`: the lower and the upper end."""
        return {name: (value[0], value[1]) for name, value in self._metrics.items() if isinstance(value, list)}

    @cached_property
    def draws(self) -> Mapping[str, Array]:
        """Scores over all classes in each draw of the bootstrap, `(draw,)` by flat name; empty if the run has none.

        Raises:
            UserError: the file is damaged.
        """
        path = self.folder.predictions.draws
        if not exists(path):
            return {}
        arrays = read_arrays(path, MOST_DRAWS, inside=self.folder.path)
        for name, values in arrays.items():
            if values.ndim != 1 or values.dtype.kind != "f":
                raise UserError(f"{path}: {name} is not a list of numbers; train this run again with force=true")
        return {name: values.astype(float) for name, values in arrays.items()}

    @property
    def _metrics(self) -> Mapping[str, Any]:
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
        """How the run ended, such as `done` or `failed`, or `damaged`."""
        return str(self.status.get("status", "done"))

    @property
    def failed(self) -> bool:
        """Whether the run ended with an error, or is damaged."""
        return self.state in ("failed", DAMAGED)

    @property
    def reason(self) -> str:
        """Why the run failed."""
        return str(self.status.get("reason") or "no reason given")


def read_run(folder: RunFolder) -> Run:
    """Reads a run folder. A run that failed may lack `results.json`.

    Raises:
        UserError: `results.json` is missing though the run did not fail, or a file is damaged.
    """
    status = folder.status() or {"status": "done"}
    if not exists(folder.results_path) and status.get("status") != "failed":
        raise UserError(
            f"{folder.results_path}: does not exist; finish this run first or name the folder of a finished one"
        )
    results = folder.results()
    if not results:
        return Run(folder, results, status, ())
    measures = read_measures(results["measures"]) if "measures" in results else DEFAULT_MEASURES
    return Run(folder, results, status, measures)


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """Reads run folders, in the given order. One that is damaged becomes a run with the state `damaged`.

    Raises:
        UserError: no folder is given, or `read_run` refuses all of them.
    """
    if not folders:
        raise UserError("there is no run to report; name at least one run folder")
    return _read_all([RunFolder(folder) for folder in folders])


def read_runs_below(folders: Sequence[Path]) -> list[Run]:
    """Reads the runs that are done or failed, in or below some folders, in the order of their paths.

    A run or a folder that cannot be read becomes a run with the state `damaged`.

    Raises:
        UserError: a folder without such a run, or all runs are damaged.
    """
    found: dict[Path, RunFolder] = {}
    hidden: list[Run] = []
    for folder in folders:
        if not os.path.isdir(folder):  # noqa: PTH112  # Path.is_dir raises an error where a folder must not be searched
            raise UserError(f"{folder}: is not a folder; name a run folder or a folder of run folders")
        unreadable: list[OSError] = []
        ended = {run.path: run for run in find_runs(folder, unreadable.append) if _has_ended(run)}
        hidden += [_unlisted(error) for error in unreadable]
        if not ended:
            nothing = f"{folder}: has no run that is done or failed; check the path, or wait for a run to end"
            raise UserError(hidden[0].reason if hidden else nothing)
        found |= ended
    return [*_read_all(list(found.values())), *hidden]


@contextmanager
def left_out(run: Run) -> Iterator[None]:
    """Goes on without a part of a run if the block finds its file damaged, and notes that in `run.left_out`."""
    try:
        yield
    except UserError as error:
        run.left_out.append(str(error))


def class_labels(runs: Sequence[Run]) -> list[str]:
    """Event classes of all runs, in the order of the first run that has them."""
    return list(dict.fromkeys(label for run in runs for label in run.labels))


def _read_all(folders: Sequence[RunFolder]) -> list[Run]:
    runs = []
    for folder in folders:
        try:
            runs.append(read_run(folder))
        except UserError as error:
            runs.append(_damaged(folder, str(error)))
    if all(run.state == DAMAGED for run in runs):
        more = f"; {len(runs) - 1} more runs are damaged" if len(runs) > 1 else ""
        raise UserError(f"{runs[0].reason}{more}")
    return runs


def _damaged(folder: RunFolder, reason: str) -> Run:
    return Run(folder, {}, {"status": DAMAGED, "reason": reason}, ())


def _unlisted(error: OSError) -> Run:
    """In place of the runs in a folder that cannot be listed."""
    reason = f"{error.filename}: cannot be listed ({error.strerror}); check who may read it"
    return _damaged(RunFolder(Path(error.filename)), reason)


def _has_ended(folder: RunFolder) -> bool:
    """Whether a run is done or failed, or cannot be read."""
    try:
        return exists(folder.results_path) or folder.status().get("status") == "failed"
    except UserError:
        return True
