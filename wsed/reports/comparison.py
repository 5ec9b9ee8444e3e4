"""Finished runs side by side: what they are called and the numbers they reached."""

import itertools
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wsed.errors import UserError
from wsed.reports.measures import MEASURES, REFERENCES


@dataclass(frozen=True)
class Run:
    """One training and its test, as their folder tells it.

    Attributes:
        folder: the run folder.
        results: content of `results.json`; empty for a run that failed before its test.
        status: content of `status.json`.
    """

    folder: Path
    results: Mapping[str, Any]
    status: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the experiment, or of the folder."""
        return str(self.results.get("name") or self.folder.resolve().name)

    @property
    def command(self) -> str | None:
        """That does this run again."""
        command = self.results.get("command") or self.status.get("command")
        return None if command is None else str(command)

    @property
    def failed(self) -> bool:
        """Whether the run ended with an error."""
        return bool(self.status.get("status") == "failed")


@dataclass(frozen=True)
class Row:
    """The numbers of one run or reference; None where there is none. Fractions from 0 to 1, or dB.

    Attributes:
        label: short name, unique among the rows of runs.
        reference: whether it is a bound and not a run, so that it can not be the best.
        overall: value by measure title.
        classes: value by event class and measure title.
    """

    label: str
    reference: bool
    overall: Mapping[str, float | None]
    classes: Mapping[str, Mapping[str, float | None]]


def read_run(folder: Path) -> Run:
    """Reads a run folder. A run that failed may lack `results.json`.

    Raises:
        UserError: `results.json` is missing though the run did not fail, or a file is not JSON.
    """
    status = _read_json(folder / "status.json") if (folder / "status.json").exists() else {"status": "done"}
    path = folder / "results.json"
    if path.exists():
        return Run(folder, _read_json(path), status)
    if status.get("status") == "failed":
        return Run(folder, {}, status)
    raise UserError(f"{path}: does not exist; finish this run first or name the folder of a finished one")


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """Reads run folders, in their order.

    Raises:
        UserError: no folder is given, or one that `read_run` refuses.
    """
    if not folders:
        raise UserError("there is no run to report; name at least one run folder")
    return [read_run(folder) for folder in folders]


def by_settings(runs: Sequence[Run]) -> list[Run]:
    """Runs in the order of the settings in which they differ, numbers by their size; last those without results."""
    differing = differing_settings(runs)

    def place(run: Run) -> tuple[bool, list[tuple[bool, float, str]]]:
        own = settings(run)
        return not run.results, [_natural(own.get(key, "")) for key in differing]

    return sorted(runs, key=place)


def _natural(value: str) -> tuple[bool, float, str]:
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def differing_settings(runs: Sequence[Run]) -> list[str]:
    """Keys of the group choices, overrides and seed that are not the same in all runs."""
    known = [own for own in map(settings, runs) if own]
    keys = dict.fromkeys(key for own in known for key in own)
    return [key for key in keys if len({own.get(key) for own in known}) > 1]


def label_runs(runs: Sequence[Run]) -> list[str]:
    """A short and unique name of each run: the settings in which it differs from the others, else its name."""
    differing = differing_settings(runs)
    labels = []
    for run in runs:
        own, choices = settings(run), run.results.get("choices") or {}
        parts = []
        for key in (key for key in differing if key in own):
            short = key.rsplit(".", 1)[-1]
            parts.append(own[key] if key in choices else f"{short}={own[key]}")
        labels.append(", ".join(parts) or run.name)
    counts = Counter(labels)
    unique: dict[str, None] = {}
    for run, label in zip(runs, labels, strict=True):
        twin = counts[label] > 1
        base = f"{label} {run.results.get('identity') or run.folder.resolve().name}" if twin else label
        copies = (f"{base} ({number})" for number in range(2, len(runs) + 2))
        unique[base if base not in unique else next(copy for copy in copies if copy not in unique)] = None
    return list(unique)


def comparison_rows(runs: Sequence[Run], labels: Sequence[str] | None = None) -> list[Row]:
    """The mixture and the ideal masks, from the first run that has them, and then a row for each run.

    Args:
        runs: of one comparison.
        labels: a name for each run; `label_runs` by default.
    """
    classes = list(dict.fromkeys(str(label) for run in runs for label in run.results.get("labels") or []))
    rows: list[Row] = []
    for reference, title in REFERENCES.items():
        candidates = (_row(run, title, classes, reference) for run in runs)
        known = (row for row in candidates if any(value is not None for value in row.overall.values()))
        rows += itertools.islice(known, 1)
    named = zip(runs, label_runs(runs) if labels is None else labels, strict=True)
    return rows + [_row(run, label, classes) for run, label in named]


def _row(run: Run, title: str, classes: Sequence[str], reference: str | None = None) -> Row:
    metrics = run.results.get("metrics") or {}

    def values(label: str | None) -> dict[str, float | None]:
        return {measure.title: _value(metrics, measure.key(label, reference)) for measure in MEASURES}

    return Row(title, reference is not None, values(None), {label: values(label) for label in classes})


def _value(metrics: Mapping[str, float | None], key: str) -> float | None:
    value = metrics.get(key)
    if value is None:
        # Nothing was processed, so there is no artefact to divide by; JSON has no infinity to write.
        artefact_free = key in metrics and key.startswith("separation/mixture/") and key.endswith("/sar")
        return math.inf if artefact_free else None
    return None if math.isnan(value) else float(value)


def settings(run: Run) -> dict[str, str]:
    """The group choices, overrides and seed of a run."""
    chosen = {key: str(value or "none") for key, value in (run.results.get("choices") or {}).items()}
    for override in run.results.get("overrides") or []:
        key, _, value = str(override).lstrip("+~").partition("=")
        chosen.setdefault(key, value)
    if run.results.get("seed") is not None:
        chosen["seed"] = str(run.results["seed"])
    return chosen


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path}: is not JSON; run the test of this run again") from error
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no JSON object; run the test of this run again")
    return content
