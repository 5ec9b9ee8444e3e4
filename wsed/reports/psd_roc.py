"""PSD-ROC of runs, from the scores and the reference in their folders."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from wsed.errors import UserError
from wsed.reports.comparison import Run

Array = NDArray[np.float64]
RocCurves = Mapping[str, tuple[Array, Array]]
"""By PSDS scenario: effective false alarms per hour, rising, and the effective share of events found."""

EFFORT = 2000
"""Clips times classes whose curves are computed, a few seconds of work; the best run's are in any case."""


def read_psd_rocs(runs: Sequence[Run]) -> dict[int, RocCurves]:
    """Computes the curves of the runs that have scores, by place, until `EFFORT` is spent.

    Args:
        runs: the best first.

    Raises:
        UserError: a file of `predictions/` is damaged.
    """
    found: dict[int, RocCurves] = {}
    effort = 0
    for place, run in enumerate(runs):
        folder = run.folder / "predictions"
        paths = sorted((folder / "scores").glob("*.tsv"))
        known = all((folder / name).is_file() for name in ("reference.tsv", "durations.tsv"))
        if not paths or not known:
            continue
        effort += len(paths) * len(run.results.get("labels") or [1])
        if found and effort > EFFORT:
            break
        try:
            curves = _curves(folder, paths, run)
        except (KeyError, ValueError, OSError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())
            raise UserError(f"{folder}: is damaged ({reason}); run the test of this run again or delete it") from error
        if curves:
            found[place] = curves
    return found


def _curves(folder: Path, paths: Sequence[Path], run: Run) -> RocCurves:
    # These load what only this needs.
    import pandas as pd

    from wsed.metrics.outputs import Outputs

    reference = pd.read_csv(folder / "reference.tsv", sep="\t", dtype={"filename": str, "event_label": str})
    table = pd.read_csv(folder / "durations.tsv", sep="\t", dtype={"filename": str})
    durations = dict(zip(table["filename"], table["duration"].astype(float), strict=True))
    by_stem = {Path(filename).stem: filename for filename in durations}
    events = set(reference["event_label"].dropna())
    labels = [str(label) for label in run.results.get("labels") or [] if label in events]
    if not labels:
        return {}
    scores = {
        by_stem[path.stem]: pd.read_csv(path, sep="\t")[["onset", "offset", *labels]].astype(float) for path in paths
    }
    seconds = {filename: durations[filename] for filename in scores}
    outputs = Outputs(tuple(labels), list(scores), reference, durations=seconds, scores=scores)
    curves = {}
    for title, scenario in _scenarios(run.folder / "config.yaml").items():
        curve = scenario.roc(outputs).curve()
        curves[title] = (curve["efpr"], curve["etpr"])
    return curves


def _scenarios(config: Path) -> dict[str, Any]:
    """The scenarios that the run was tested with; without a config, as for fused runs, those of DCASE."""
    from wsed.metrics.psds import SCENARIO1, SCENARIO2, Psds

    if not config.is_file():
        return {"scenario1": SCENARIO1, "scenario2": SCENARIO2}
    metrics = (yaml.safe_load(config.read_text(encoding="utf-8")).get("metrics") or {}).values()
    target = f"{Psds.__module__}.{Psds.__qualname__}"
    nodes = [
        {key: value for key, value in node.items() if key != "_target_"}
        for node in metrics
        if node["_target_"] == target
    ]
    return {scenario.name.removeprefix("psds/"): scenario for scenario in (Psds(**node) for node in nodes)}
