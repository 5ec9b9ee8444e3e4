"""The table of means over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wsed.metrics.measure import MISSING, Measure
from wsed.reports.costs import COSTS, Cost
from wsed.reports.markdown import inert
from wsed.reports.rows import shown_measures
from wsed.reports.runs import Run
from wsed.reports.seed_groups import Group, group_runs
from wsed.reports.statistics import FEWEST_PAIRS, SIGNIFICANT, interval, paired_p


@dataclass(frozen=True)
class SeedTable:
    """Mean ± half a confidence interval over seeds, as text; the best of a column is bold.

    Where two groups share at least `FEWEST_PAIRS` seeds, a dagger marks a mean that differs from the best by a paired
    t-test over these seeds.

    Attributes:
        headers: headers of all columns except the first.
        rows: a label, a cell for each measure and each cost, and the number of seeds.
        note: explains the signs; may be empty.
    """

    headers: list[str]
    rows: list[list[str]]
    note: str

    def markdown(self) -> str:
        """The table and its note, to paste. Labels and headers, which come from files, are shown as they are."""
        lines = [f"| | {' | '.join(map(inert, self.headers))} |", "|" + " --- |" * (len(self.headers) + 1)]
        lines += [f"| {' | '.join([inert(label), *cells])} |" for label, *cells in self.rows]
        return "\n".join([*lines, *(["", self.note] if self.note else [])]) + "\n"


def seed_table(runs: Sequence[Run]) -> SeedTable:
    """A row for each group of runs that differ only in their seed, with the shown measures and the costs of any."""
    groups = group_runs(runs)
    measures = [measure for measure in shown_measures(runs) if any(group.values(measure) for group in groups)]
    columns = [_column(groups, measure) for measure in measures]
    costs = [cost for cost in COSTS if any(cost.value(run) is not None for run in runs)]
    tested = any(differs is not None for column in columns for _, differs in column)
    rows = [
        [
            group.label,
            *(text + ("†" if differs else "") for text, differs in cells),
            *(_mean_cost(group, cost) for cost in costs),
            str(len(group.runs)),
        ]
        for group, *cells in zip(groups, *columns, strict=True)
    ]
    titles = [
        f"{measure.title}{f' ({measure.unit})' if measure.unit else ''}"
        for measure in [*measures, *(cost.measure for cost in costs)]
    ]
    notes = ["Mean ± 95 % confidence interval over seeds."] if any(len(group.runs) > 1 for group in groups) else []
    if tested:
        notes.append(f"† differs from the best of its column (paired t-test over seeds, p < {SIGNIFICANT}).")
    return SeedTable([*titles, "seeds"], rows, " ".join(notes))


def _column(groups: Sequence[Group], measure: Measure) -> list[tuple[str, bool | None]]:
    """The text for each group, and whether it differs from the best group; None if that is not tested."""
    best = _best(groups, measure)
    return [_cell(group, best, measure) for group in groups]


def _mean_cost(group: Group, cost: Cost) -> str:
    values = [value for run in group.runs.values() if (value := cost.value(run)) is not None]
    return cost.measure.text(float(np.mean(values)) if values else None)


def _best(groups: Sequence[Group], measure: Measure) -> Group | None:
    having = [group for group in groups if group.values(measure)]
    if len(having) < 2 or measure.sign == 0:
        return None
    return max(having, key=lambda group: measure.sign * float(np.mean(list(group.values(measure).values()))))


def _cell(group: Group, best: Group | None, measure: Measure) -> tuple[str, bool | None]:
    values = group.values(measure)
    if not values:
        return MISSING, None
    mean, half = interval(list(values.values()))
    text = measure.text(mean) + ("" if math.isnan(half) else f" ± {measure.digits(half)}")
    if group is best:
        return f"**{text}**", None
    if best is None:
        return text, None
    theirs = best.values(measure)
    shared = sorted(set(values) & set(theirs))
    if len(shared) < FEWEST_PAIRS:
        return text, None
    return text, paired_p(np.array([values[seed] - theirs[seed] for seed in shared])) < SIGNIFICANT
