"""Published numbers beside measured ones, in the shape of the paper's tables, as Markdown."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wsed.metrics.measure import LABEL, MISSING, Measure
from wsed.reports.measures import REFERENCES
from wsed.reports.rows import score
from wsed.reports.runs import Run
from wsed.reports.statistics import interval
from wsed.reproduction.paper import Entry, TableSpec
from wsed.reproduction.verdicts import Runs, Verdict, measure_of


def comparison_table(
    spec: TableSpec, published: pd.DataFrame, entries: Mapping[str, Entry], runs: Runs, where: str
) -> str:
    """One table: a published and a measured column for each score, means ± 95 % confidence intervals over seeds.

    Rows of classes are left out where the runs have other classes.

    Args:
        spec: its columns.
        published: `entry`, possibly `class` (empty for the mean), and a column for each score.
        entries: the paper's entries.
        runs: runs by entry and seed.
        where: name of the data of the runs, for the headers.
    """
    measures = {title: measure_of(key, runs) for title, key in spec.columns.items()}
    by_class = "class" in published and set(published["class"].dropna()) <= set(_labels(runs))
    rows = published if by_class or "class" not in published else published[published["class"].isna()]
    headers = ["", *(["class"] if by_class else [])]
    for title, measure in measures.items():
        unit = "%" if _in_percent(spec, measure) else measure.unit
        unit = f" ({unit})" if unit else ""
        headers += [f"{title}{unit}, published", where]
    lines = [_line(headers), _line(["---"] * len(headers))]
    for _, row in rows.iterrows():
        name = str(row["entry"])
        label = row["class"] if by_class and not pd.isna(row["class"]) else None
        cells = [entries[name].title if name in entries else REFERENCES[name]]
        cells += ["mean" if label is None else str(label)] if by_class else []
        for title, measure in measures.items():
            scale = 100 if _in_percent(spec, measure) else 1
            value = row[spec.columns[title]]
            cells += [MISSING if pd.isna(value) else str(value).replace("inf", "∞")]
            cells += [_measured(name, measure, label, runs, scale)]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def verdict_table(verdicts: Sequence[Verdict], entries: Mapping[str, Entry], titles: Mapping[str, str]) -> str:
    """Each claim with its verdict and the differences behind it.

    Args:
        verdicts: the verdicts.
        entries: the paper's entries.
        titles: titles of scores by key, for those without a title of their own.
    """
    lines = [_line(["claim", "where", "verdict", "measured differences"]), _line(["---"] * 4)]
    for verdict in verdicts:
        found = []
        for each in verdict.differences:
            other = entries[each.other].title if each.other in entries else REFERENCES[each.other]
            has_title = each.measure.title != each.measure.key
            title = each.measure.title if has_title else titles.get(each.measure.key, each.measure.key)
            names = f"{entries[each.entry].title} minus {other}"
            if math.isnan(each.mean):
                found.append(f"{title}: {names}: not measured")
                continue
            half = "" if math.isnan(each.half) else f" ± {each.measure.digits(each.half)}"
            tests = [
                f"p = {value:.2g} over {over}"
                for over, value in (("seeds", each.over_seeds), ("clips", each.over_clips))
                if not math.isnan(value)
            ]
            text = f"{title}: {names}: {each.mean:+.{each.measure.decimals}f}{half}"
            found.append(f"{text} ({', '.join(tests)})" if tests else text)
        outcome = f"**{verdict.outcome}**" if verdict.outcome == "fails" else verdict.outcome
        lines.append(_line([verdict.claim.claim, verdict.claim.source, outcome, "<br>".join(found)]))
    return "\n".join(lines) + "\n"


def _measured(name: str, measure: Measure, label: str | None, runs: Runs, scale: int) -> str:
    """The measured cell of an entry, or of a reference, which is the same in all runs of a seed."""
    key = measure.key if label is None else measure.per_class
    if key is None:
        return MISSING
    if name in runs:
        of_entry = runs[name]
    else:
        first = next((of_runs for of_runs in runs.values() if _has(of_runs, measure, name)), {})
        of_entry = dict(list(first.items())[:1])
        key = measure.score_name(name) if label is None else measure.class_score_name(label, name) or ""
    values = [score(run, key.replace(LABEL, label or "")) for run in of_entry.values()]
    known = [value for value in values if value is not None]
    if not known:
        return MISSING
    if not np.isfinite(known).all():
        return measure.text(known[0])
    mean, half = interval(known)
    text = _text(mean, measure, scale)
    return text if math.isnan(half) else f"{text} ± {_text(half, measure, scale)}"


def _in_percent(spec: TableSpec, measure: Measure) -> bool:
    """Whether a column is in percent; error rates, which may be above 1, never are."""
    return spec.percent and not measure.unit and measure.key.rpartition("/")[2] != "error_rate"


def _has(of_runs: Mapping[int, Run], measure: Measure, reference: str) -> bool:
    return any(measure.score_name(reference) in run.scores for run in of_runs.values())


def _text(value: float, measure: Measure, scale: int) -> str:
    return f"{100 * value:.1f}" if scale == 100 else measure.text(value)


def _labels(runs: Runs) -> list[str]:
    return next((run.labels for of_entry in runs.values() for run in of_entry.values()), [])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
