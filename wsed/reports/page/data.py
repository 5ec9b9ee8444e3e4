"""The data that the script of a page draws: every run's settings, scores and curves, as JSON."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from wsed.metrics.measure import Measure
from wsed.reports.costs import COSTS
from wsed.reports.curves import curve_data, short
from wsed.reports.figures.style import LINE_COLOURS
from wsed.reports.measures import REFERENCES, Catalogue
from wsed.reports.rows import score
from wsed.reports.runs import Run, class_labels
from wsed.reports.seed_groups import group_runs
from wsed.reports.settings import differing_settings, settings
from wsed.reports.statistics import quantile

DEFAULT = "default"
"""Displayed value of a setting that a run does not override."""

INFINITE = 1e9
"""Used for infinity, which JSON does not have; the page prints more than 100 dB as infinite."""


def page_data(runs: Sequence[Run], labels: Sequence[str]) -> dict[str, Any]:
    """Everything that the script needs; lists have an entry for each run.

    Args:
        runs: the runs of one comparison.
        labels: a label for each run.
    """
    known = [settings(run) for run in runs]
    place = {id(run): index for index, run in enumerate(runs)}
    groups = [
        {"label": group.label, "runs": [place[id(run)] for run in group.runs.values()]} for group in group_runs(runs)
    ]
    largest = max((len(group["runs"]) for group in groups), default=1)
    catalogue = Catalogue(run.measures for run in runs)
    classes = class_labels(runs)
    return {
        "runs": [
            {"label": label, "text": _text(run, label, own)}
            for run, label, own in zip(runs, labels, known, strict=True)
        ],
        # The settings of a failed run are not known.
        "settings": {
            key: [own.get(key, DEFAULT) if own else None for own in known] for key in differing_settings(runs)
        },
        "metrics": [*_metrics(runs, catalogue), *_costs(runs)],
        "references": dict(REFERENCES),
        "classes": classes,
        "byClass": _by_class(runs, classes, catalogue),
        "groups": groups,
        # Also for smaller numbers of runs, since a filter may hide some runs of a group.
        "quantiles": [0, 0, *(quantile(number) for number in range(2, largest + 1))],
        "curves": curve_data(runs),
        "colours": LINE_COLOURS,
    }


def _text(run: Run, label: str, own: Mapping[str, str]) -> str:
    """The text that the filter searches."""
    parts = [label.replace(",", ""), run.name, run.state]
    return " ".join([*parts, *(f"{key}={value}" for key, value in own.items())]).lower()


def _metrics(runs: Sequence[Run], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Every single score over all classes, the shown measures first."""
    named = dict.fromkeys(name for run in runs for name in run.scores)
    shown = [measure.key for measure in catalogue.shown]
    keys = [key for key in dict.fromkeys([*shown, *named]) if "/class/" not in key]
    return [_metric(catalogue.of(key), [_number(score(run, key)) for run in runs]) for key in keys]


def _costs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    found = [(cost.measure, [cost.value(run) for run in runs]) for cost in COSTS]
    return [_metric(measure, values) for measure, values in found if any(v is not None for v in values)]


def _metric(measure: Measure, values: list[float | None]) -> dict[str, Any]:
    return {
        "key": measure.key,
        "title": measure.title,
        "unit": measure.unit,
        "decimals": measure.decimals,
        "better": measure.sign,
        "shown": measure.shown,
        "values": values,
    }


def _number(value: float | None) -> float | None:
    if value is None:
        return None
    return math.copysign(INFINITE, value) if math.isinf(value) else short(value, 6)


def _by_class(runs: Sequence[Run], classes: Sequence[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Every score by class of the systems: for each measure, one list per run, with a number for each class."""
    found = _class_values(runs, classes)
    order = {measure.class_name: number for number, measure in enumerate(catalogue.shown)}
    metrics = []
    for name in sorted(found, key=lambda name: order.get(name, len(order))):
        measure = catalogue.of_class(name)
        format_ = {"title": measure.class_title, "unit": measure.unit, "decimals": measure.decimals}
        metrics.append({**format_, "better": measure.sign, "values": found[name]})
    return metrics


def _class_values(runs: Sequence[Run], classes: Sequence[str]) -> dict[str, list[list[float | None] | None]]:
    """For each score, by its name without the class: one list per run with a number for each class, or None."""
    places = {label: index for index, label in enumerate(classes)}
    known: dict[str, tuple[str, int] | None] = {}
    found: dict[str, list[list[float | None] | None]] = {}
    for number, run in enumerate(runs):
        for key, value in run.scores.items():
            if key not in known:
                known[key] = _class_key(key, places)
            parts = known[key]
            if parts is None or value is None or math.isnan(value):
                continue
            name, place = parts
            own = found.setdefault(name, [None] * len(runs))
            values = own[number]
            if values is None:
                values = own[number] = [None] * len(classes)
            values[place] = short(value, 3)
    return found


def _class_key(key: str, places: Mapping[str, int]) -> tuple[str, int] | None:
    """The score name without the class, and the index of the class; the label of a class may contain slashes."""
    group, _, rest = key.partition("/class/")
    if not rest or group in {f"separation/{reference}" for reference in REFERENCES}:
        return None
    parts = rest.split("/")
    for end in range(len(parts), 0, -1):
        label = "/".join(parts[:end])
        if label in places:
            return "/".join([group, *parts[end:]]), places[label]
    return None
