"""PSD-ROC of runs, from the scores and the reference in their folders."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Required

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray
from typing_extensions import TypedDict

from wsed.checks.files import exists
from wsed.checks.names import shortened
from wsed.checks.ranges import Text
from wsed.errors import UserError
from wsed.reports.prediction_tables import read_durations, read_frame_scores, read_reference
from wsed.reports.runs import Run, left_out
from wsed.runs.contents import problem
from wsed.runs.folder import RunFolder

if TYPE_CHECKING:
    from wsed.metrics.psds import Psds

Array = NDArray[np.float64]
RocCurves = Mapping[str, tuple[Array, Array]]
"""By PSDS scenario: effective false alarms per hour, ascending, and the effective ratio of true positives."""

EFFORT = 2000
"""Largest product of clips and classes to compute, a few seconds of work; the best run is computed in any case."""

MOST_SCENARIOS = 6
"""Largest number of panels of the figure."""

Tolerance = Annotated[float, Interval(gt=0, le=1)]
Weight = Annotated[float, Interval(ge=0, le=1000)]


class Scenario(TypedDict, total=False):
    """A PSDS scenario in the config of a run, see `wsed.metrics.psds.Psds`."""

    name: Text
    dtc: Required[Tolerance]
    gtc: Required[Tolerance]
    cttc: Required[Tolerance | None]
    alpha_ct: Required[Weight]
    alpha_st: Required[Weight]
    max_efpr: Annotated[float, Interval(gt=0, le=1e6)]


def read_psd_rocs(runs: Sequence[Run]) -> dict[int, RocCurves]:
    """Computes the curves of the runs that have scores, by index, until `EFFORT` is spent.

    Args:
        runs: the runs, the best first. Those with a damaged prediction file or config are left out.
    """
    found: dict[int, RocCurves] = {}
    effort = 0
    for place, run in enumerate(runs):
        files = run.folder.predictions
        paths = sorted(files.scores.rglob("*.tsv"))
        if not paths or not exists(files.reference) or not exists(files.durations):
            continue
        effort += len(paths) * (len(run.labels) or 1)
        if found and effort > EFFORT:
            break
        with left_out(run):
            curves = _curves(paths, run)
            if curves:
                found[place] = curves
    return found


def _curves(paths: Sequence[Path], run: Run) -> RocCurves:
    # Imported here because they take long to load, and most reports do not need them.
    from wsed.data.merging import merge_table
    from wsed.metrics.outputs import Outputs

    folder = run.folder
    reference, _ = merge_table(read_reference(folder))
    durations = read_durations(folder)
    files = folder.predictions.score_files(list(durations))
    strange = set(files.values()) ^ set(paths)
    if strange:
        one = shortened(min(path.name for path in strange))
        raise UserError(f"{folder.predictions.scores}: {one} has either no scores or no duration; train this run again")
    unknown = set(reference["filename"]) - set(durations)
    if unknown:
        reason = f"{shortened(repr(unknown.pop()))} is of no clip that has a duration"
        raise UserError(f"{folder.predictions.reference}: {reason}; train this run again")
    events = set(reference["event_label"].dropna())
    labels = [label for label in run.labels if label in events]
    if not labels:
        return {}
    scores = {filename: read_frame_scores(folder, path, labels) for filename, path in files.items()}
    outputs = Outputs(tuple(labels), list(durations), reference, durations=durations, scores=scores)
    curves = {}
    for title, scenario in _scenarios(folder).items():
        try:
            curve = scenario.roc(outputs).curve()
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # Such as frames of which one does not end where the next one begins.
            reason = shortened(" ".join(str(error).split()) or type(error).__name__, 160)
            raise UserError(f"{folder.predictions.path}: has no {title} ({reason}); train this run again") from error
        if not np.isfinite([*curve["efpr"], *curve["etpr"]]).all():
            raise UserError(f"{folder.predictions.path}: {title} is not finite; train this run again")
        curves[title] = (curve["efpr"], curve["etpr"])
    return curves


def _scenarios(folder: RunFolder) -> "dict[str, Psds]":
    """The PSDS scenarios in the config of a run, or those of DCASE task 4 if there is no config, as for fused runs."""
    from wsed.metrics.psds import SCENARIO1, SCENARIO2, Psds

    if not exists(folder.config_path):
        return {"scenario1": SCENARIO1, "scenario2": SCENARIO2}
    target = f"{Psds.__module__}.{Psds.__qualname__}"
    found: dict[str, Psds] = {}
    for name, node in (folder.config().get("metrics") or {}).items():
        if node.get("_target_") != target:
            continue
        reason = problem(node, Scenario)
        if reason or len(found) >= MOST_SCENARIOS:
            reason = reason or f"is one of more than {MOST_SCENARIOS} scenarios"
            raise UserError(f"{folder.config_path}: metrics.{shortened(name)}: {reason}; train this run again")
        scenario = Psds(**{key: node[key] for key in node if key in Psds.__dataclass_fields__})
        found[scenario.name.removeprefix("psds/")] = scenario
    return found
