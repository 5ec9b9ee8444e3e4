"""Runs that differ in their seed alone, taken together."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from wsed.reports.comparison import Run, differing_settings, settings
from wsed.reports.measures import MEASURES, MISSING, Measure

Array = NDArray[np.float64]

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Group:
    """Finished runs of the same settings but for the seed.

    Attributes:
        label: the settings in which it differs from the others, or the name of its runs.
        runs: by seed.
    """

    label: str
    runs: dict[str, Run]

    def values(self, measure: Measure) -> dict[str, float]:
        """What each seed reached."""
        found = {seed: (run.results.get("metrics") or {}).get(measure.key()) for seed, run in self.runs.items()}
        return {seed: float(value) for seed, value in found.items() if value is not None}


def group_runs(runs: Sequence[Run]) -> list[Group]:
    """Groups in the order of their first runs; runs without results are left out.

    Two runs of the same settings and the same seed, but of different identity, are kept apart.
    """
    finished = [run for run in runs if run.results]
    differing = [key for key in differing_settings(finished) if key != "seed"]
    groups: dict[str, list[dict[str, Run]]] = {}
    for run in finished:
        own = settings(run)
        parts = [
            own[key] if key in (run.results.get("choices") or {}) else f"{key}={own[key]}"
            for key in differing
            if key in own
        ]
        copies = groups.setdefault(", ".join(parts) or run.name, [])
        seed = own.get("seed", "")
        place = next((copy for copy in copies if seed not in copy), None)
        if place is None:
            copies.append({seed: run})
        else:
            place[seed] = run
    return [
        Group(label if not number else f"{label} ({number + 1})", copy)
        for label, copies in groups.items()
        for number, copy in enumerate(copies)
    ]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % confidence interval (Student's t), not a number for a single value."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, math.nan
    return mean, quantile(len(values)) * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def quantile(number: int) -> float:
    """Standard errors from the mean of so many values to the end of its 95 % confidence interval (Student's t)."""
    return float(stdtrit(number - 1, 0.975))


@dataclass(frozen=True)
class SeedTable:
    """Mean ± half a confidence interval over seeds, as text; the best of a column in bold.

    Where groups share three seeds or more, what differs from the best by a paired t-test over them has a dagger.

    Attributes:
        headers: of all columns but the first.
        rows: a label, a cell for each measure, and the number of seeds.
        note: what the signs mean; may be empty.
    """

    headers: list[str]
    rows: list[list[str]]
    note: str


def seed_table(groups: Sequence[Group]) -> SeedTable:
    """The measures that any of the groups has, a row for each group."""
    shown = [measure for measure in MEASURES if any(group.values(measure) for group in groups)]
    titles = [f"{measure.title}{f' ({measure.unit})' if measure.unit else ''}" for measure in shown]
    best = {measure: _best(groups, measure) for measure in shown}
    tested = False
    rows = []
    for group in groups:
        cells = []
        for measure in shown:
            text, differs = _cell(group, best[measure], measure)
            tested = tested or differs is not None
            cells.append(text + ("†" if differs else ""))
        rows.append([group.label, *cells, str(len(group.runs))])
    notes = ["Mean ± 95 % confidence interval over seeds."] if any(len(group.runs) > 1 for group in groups) else []
    if tested:
        notes.append(f"† differs from the best of its column (paired t-test over seeds, p < {SIGNIFICANT}).")
    return SeedTable([*titles, "seeds"], rows, " ".join(notes))


def markdown(groups: Sequence[Group]) -> str:
    """The table to paste, and its note."""
    seeds = seed_table(groups)
    lines = [f"| | {' | '.join(seeds.headers)} |", "|" + " --- |" * (len(seeds.headers) + 1)]
    lines += [f"| {' | '.join(row)} |" for row in seeds.rows]
    return "\n".join([*lines, *(["", seeds.note] if seeds.note else [])]) + "\n"


def _best(groups: Sequence[Group], measure: Measure) -> Group | None:
    having = [group for group in groups if group.values(measure)]
    if len(having) < 2:
        return None
    sign = 1 if measure.higher_is_better else -1
    return max(having, key=lambda group: sign * float(np.mean(list(group.values(measure).values()))))


def _cell(group: Group, best: Group | None, measure: Measure) -> tuple[str, bool | None]:
    """The text, and whether the group differs from the best; None where that was not tested."""
    values = group.values(measure)
    if not values:
        return MISSING, None
    mean, half = interval(list(values.values()))
    text = measure.text(mean) + ("" if math.isnan(half) else f" ± {half:.{measure.decimals}f}")
    if group is best:
        return f"**{text}**", None
    if best is None:
        return text, None
    theirs = best.values(measure)
    shared = sorted(set(values) & set(theirs))
    if len(shared) < 3:
        return text, None
    return text, paired_p(np.array([values[seed] - theirs[seed] for seed in shared])) < SIGNIFICANT


def paired_p(differences: Array) -> float:
    """The p-value of a two-sided paired t-test, from at least two differences."""
    error = np.std(differences, ddof=1) / math.sqrt(len(differences))
    if error == 0:
        return float(not differences.any())
    return float(2 * stdtr(len(differences) - 1, -abs(np.mean(differences)) / error))


def table(runs: Sequence[Run]) -> pd.DataFrame:
    """A row for each run: folder, status, reason, command, settings, and every score by its flat name."""
    return pd.DataFrame(_score_rows(runs))


def csv_text(runs: Sequence[Run]) -> str:
    """The same as CSV; of a thousand runs with a thousand scores each, in half the time that a data frame takes."""
    rows = _score_rows(runs)
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name) for name in names] for row in rows)
    return text.getvalue()


def _score_rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    rows = []
    for run in runs:
        scores: dict[str, Any] = {}
        for name, value in (run.results.get("metrics") or {}).items():
            if isinstance(value, list):
                base = name.removesuffix("/ci95")
                scores[f"{base}/low"], scores[f"{base}/high"] = value
            else:
                scores[name] = value
        facts = {
            "folder": str(run.folder),
            "name": run.name,
            "status": run.status.get("status", "done"),
            "reason": run.status.get("reason"),
            "command": run.command,
        }
        rows.append({**facts, **settings(run), **scores})
    return rows
