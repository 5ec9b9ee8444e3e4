"""The numbers of each run and reference of a comparison."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wsed.errors import UserError, did_you_mean
from wsed.metrics.measure import Measure
from wsed.reports.measures import REFERENCES, Catalogue
from wsed.reports.runs import Run, class_labels
from wsed.reports.settings import label_runs


@dataclass(frozen=True)
class Row:
    """The numbers of one run or reference; None where there is none.

    Attributes:
        label: short name, unique among the runs.
        reference: whether the row is a reference and not a run, so that it cannot be the best.
        overall: value over all classes, by key of the measure.
        classes: value of each event class, by class and key of the measure.
    """

    label: str
    reference: bool
    overall: Mapping[str, float | None]
    classes: Mapping[str, Mapping[str, float | None]]


def shown_measures(runs: Sequence[Run]) -> tuple[Measure, ...]:
    """The measures that at least one run shows, in the order of the first run that has them."""
    return Catalogue(run.measures for run in runs).shown


def show_scores(runs: Sequence[Run], names: Sequence[str]) -> list[Run]:
    """The runs with other shown measures.

    Args:
        runs: the runs of one comparison.
        names: scores over all classes, as in `results.json`, in the order in which they will be shown.

    Raises:
        UserError: no run has a score of this name.
    """
    known = dict.fromkeys(name for run in runs for name in run.scores)
    for name in names:
        if name not in known:
            raise UserError(
                f"no run has the score {name}.{did_you_mean(name, known)} All names are in results.json, under metrics"
            )
    catalogue = Catalogue(run.measures for run in runs)
    chosen = [replace(catalogue.of(name), shown=True) for name in names]
    changed = []
    for run in runs:
        others = [replace(each, shown=False) for each in run.measures if each.key not in names]
        changed.append(replace(run, measures=(*chosen, *others)))
    return changed


def comparison_rows(
    runs: Sequence[Run], labels: Sequence[str] | None = None, measures: Sequence[Measure] | None = None
) -> list[Row]:
    """The mixture and the ideal masks, from the first run that has them, and then a row for each run.

    Args:
        runs: the runs of one comparison.
        labels: a label for each run; `label_runs` by default.
        measures: the wanted numbers; `shown_measures` by default.
    """
    wanted = shown_measures(runs) if measures is None else measures
    classes = class_labels(runs)
    rows: list[Row] = []
    for reference, title in REFERENCES.items():
        candidates = (_row(run, title, wanted, classes, reference) for run in runs)
        known = (row for row in candidates if any(value is not None for value in row.overall.values()))
        rows += itertools.islice(known, 1)
    named = zip(runs, label_runs(runs) if labels is None else labels, strict=True)
    return rows + [_row(run, label, wanted, classes) for run, label in named]


def _row(
    run: Run, label: str, measures: Sequence[Measure], classes: Sequence[str], reference: str | None = None
) -> Row:
    overall = {measure.key: score(run, measure.score_name(reference)) for measure in measures}
    by_class = {
        name: {measure.key: score(run, measure.class_score_name(name, reference)) for measure in measures}
        for name in classes
    }
    return Row(label, reference is not None, overall, by_class)


def score(run: Run, name: str | None) -> float | None:
    """A score of a run by its flat name; None if the run does not have it, infinity for the SAR of the mixture."""
    if name is None or name not in run.scores:
        return None
    value = run.scores[name]
    if value is None:
        # The mixture has no artefacts, so its SAR is infinite, which JSON cannot express.
        return math.inf if name.startswith("separation/mixture/") and name.endswith("/sar") else None
    return None if math.isnan(value) else float(value)
