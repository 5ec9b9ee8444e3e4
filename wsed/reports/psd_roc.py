"""PSD-ROC of runs, from the scores and the reference in their folders."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wsed.errors import UserError
from wsed.reports.runs import Run
from wsed.runs.folder import PredictionFiles, RunFolder

Array = NDArray[np.float64]
RocCurves = Mapping[str, tuple[Array, Array]]
"""By PSDS scenario: effective false alarms per hour, ascending, and the effective ratio of true positives."""

EFFORT = 2000
"""Largest product of clips and classes to compute, a few seconds of work; the best run is computed in any case."""


def read_psd_rocs(runs: Sequence[Run]) -> dict[int, RocCurves]:
    """Computes the curves of the runs that have scores, by index, until `EFFORT` is spent.

    Args:
        runs: the runs, the best first.

    Raises:
        UserError: a prediction file or the config of a run is damaged.
    """
    found: dict[int, RocCurves] = {}
    effort = 0
    for place, run in enumerate(runs):
        files = run.folder.predictions
        paths = sorted(files.scores.glob("*.tsv"))
        if not paths or not files.reference.is_file() or not files.durations.is_file():
            continue
        effort += len(paths) * (len(run.labels) or 1)
        if found and effort > EFFORT:
            break
        try:
            curves = _curves(files, run)
        except (KeyError, ValueError, TypeError, OSError) as error:
            reason = " ".join(str(error).split())
            raise UserError(
                f"{files.path}: is damaged ({reason}); run the test of this run again or delete it"
            ) from error
        if curves:
            found[place] = curves
    return found


def _curves(files: PredictionFiles, run: Run) -> RocCurves:
    # Imported here because they take long to load, and most reports do not need them.
    import pandas as pd

    from wsed.data.annotations import read_durations, read_events
    from wsed.data.merging import merge_table
    from wsed.metrics.outputs import Outputs

    durations = read_durations(files.durations)
    reference, _ = merge_table(read_events(files.reference))
    events = set(reference["event_label"].dropna())
    labels = [label for label in run.labels if label in events]
    if not labels:
        return {}
    # Many files: pandas is faster than the table reader of other files.
    scores = {
        filename: pd.read_csv(path, sep="\t")[["onset", "offset", *labels]].astype(float)
        for filename, path in files.score_files(list(durations)).items()
    }
    outputs = Outputs(tuple(labels), list(durations), reference, durations=durations, scores=scores)
    curves = {}
    for title, scenario in _scenarios(run.folder).items():
        curve = scenario.roc(outputs).curve()
        curves[title] = (curve["efpr"], curve["etpr"])
    return curves


def _scenarios(folder: RunFolder) -> dict[str, Any]:
    """The PSDS scenarios in the config of a run, or those of DCASE task 4 if there is no config, as for fused runs."""
    from wsed.metrics.psds import SCENARIO1, SCENARIO2, Psds

    if not folder.config_path.is_file():
        return {"scenario1": SCENARIO1, "scenario2": SCENARIO2}
    target = f"{Psds.__module__}.{Psds.__qualname__}"
    nodes = (node for node in (folder.config().get("metrics") or {}).values() if node["_target_"] == target)
    scenarios = (Psds(**{key: value for key, value in node.items() if key != "_target_"}) for node in nodes)
    return {scenario.name.removeprefix("psds/"): scenario for scenario in scenarios}
