"""What the script of a page draws from: every run's settings, scores and curves, as JSON can hold them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from wsed.reports.comparison import Run, differing_settings, settings
from wsed.reports.curves import read_curves, thinned
from wsed.reports.figures import LINE_COLOURS
from wsed.reports.measures import MEASURES, REFERENCES, measure_of
from wsed.reports.over_seeds import group_runs, quantile

COSTS = {"parameters": ("parameters",), "train_seconds": ("timing", "train_seconds")}
"""Numbers of a run that are no scores, by name, with their path in `results.json`."""

CURVE_NUMBERS = 200_000
"""Numbers of training curves that a page holds; longer curves are thinned."""
FEWEST_POINTS, MOST_POINTS = 12, 400

DEFAULT = "default"
"""Value of a setting that a run was not told."""

INFINITE = 1e9
"""JSON has no infinity; the page prints what is beyond 100 dB as infinite."""


def page_data(runs: Sequence[Run], labels: Sequence[str]) -> dict[str, Any]:
    """Everything, with a place in each list for each run.

    Args:
        runs: of one comparison.
        labels: a name for each run.

    Raises:
        UserError: a damaged `metrics.csv`.
    """
    known = [settings(run) for run in runs]
    place = {id(run): index for index, run in enumerate(runs)}
    groups = [
        {"label": group.label, "runs": [place[id(run)] for run in group.runs.values()]} for group in group_runs(runs)
    ]
    sizes = {len(group["runs"]) for group in groups}
    return {
        "runs": [
            {"label": label, "text": _text(run, label, own)}
            for run, label, own in zip(runs, labels, known, strict=True)
        ],
        # What a run was not told is as the configs have it; of one that failed nothing is known.
        "settings": {
            key: [own.get(key, DEFAULT) if own else None for own in known] for key in differing_settings(runs)
        },
        "metrics": _metrics(runs),
        "references": dict(REFERENCES),
        "classes": (classes := list(dict.fromkeys(str(c) for run in runs for c in run.results.get("labels") or []))),
        "byClass": _by_class(runs, classes),
        "groups": groups,
        # For fewer runs, which a filter may leave of a group, too.
        "quantiles": [0, 0, *(quantile(number) for number in range(2, max(sizes, default=1) + 1))],
        "curves": _curves(runs),
        "colours": LINE_COLOURS,
    }


def _text(run: Run, label: str, own: Mapping[str, str]) -> str:
    """What the filter looks through."""
    parts = [label.replace(",", ""), run.name, str(run.status.get("status", "done"))]
    return " ".join([*parts, *(f"{key}={value}" for key, value in own.items())]).lower()


def _metrics(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Every single number that runs have, those of `MEASURES` first and marked as shown."""
    scores = [run.results.get("metrics") or {} for run in runs]
    named = dict.fromkeys(key for own in scores for key, value in own.items() if not isinstance(value, list))
    keys = [key for key in dict.fromkeys([*(m.key() for m in MEASURES), *named]) if "/class/" not in key]
    metrics = []
    for key in keys:
        measure = measure_of(key)
        metrics.append(
            {
                "key": key,
                "title": measure.title,
                "unit": measure.unit,
                "decimals": measure.decimals,
                "better": {True: 1, False: -1, None: 0}[measure.higher_is_better],
                "shown": measure in MEASURES,
                "values": [_number(own, key) for own in scores],
            }
        )
    for name, path in COSTS.items():
        costs = [_inner(run.results, path) for run in runs]
        if any(cost is not None for cost in costs):
            metrics.append(
                {"key": name, "title": name, "unit": "", "decimals": 0, "better": 0, "shown": False, "values": costs}
            )
    return metrics


def _number(scores: Mapping[str, Any], key: str) -> float | None:
    value = scores.get(key)
    if value is None:
        # Nothing was processed, so there is no artefact to divide by.
        return INFINITE if key in scores and key == "separation/mixture/sar" else None
    return None if math.isnan(value) else short(value, 6)


def short(value: float, digits: int) -> float:
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}")


def _inner(results: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = results
    for name in path:
        found = (found or {}).get(name)
    return found


def _by_class(runs: Sequence[Run], classes: Sequence[str]) -> list[dict[str, Any]]:
    """Every score by class of the systems themselves: for each measure a list for each run, a number for each class."""
    places = {label: index for index, label in enumerate(classes)}
    known: dict[str, tuple[str, int] | None] = {}
    found: dict[str, list[list[float | None] | None]] = {}
    for number, run in enumerate(runs):
        for key, value in (run.results.get("metrics") or {}).items():
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
    order = {f"{measure.group}/{measure.per_class}": number for number, measure in enumerate(MEASURES)}
    titles = {f"{measure.group}/{measure.per_class}": measure.title.replace("mAP", "AP") for measure in MEASURES}
    return [
        {
            "title": titles.get(name, name),
            "unit": measure_of(name).unit,
            "decimals": measure_of(name).decimals,
            "better": {True: 1, False: -1, None: 0}[measure_of(name).higher_is_better],
            "values": found[name],
        }
        for name in sorted(found, key=lambda name: order.get(name, len(order)))
    ]


def _class_key(key: str, places: Mapping[str, int]) -> tuple[str, int] | None:
    """The key without the class, and the class's place; a class may have slashes in its name."""
    group, _, rest = key.partition("/class/")
    if not rest or key.endswith("/ci95") or group in {f"separation/{reference}" for reference in REFERENCES}:
        return None
    parts = rest.split("/")
    for end in range(len(parts), 0, -1):
        label = "/".join(parts[:end])
        if label in places:
            return "/".join([group, *parts[end:]]), places[label]
    return None


def _curves(runs: Sequence[Run]) -> dict[str, Any]:
    """For each curve and run the place of its epochs in `epochs`, and then its values; None for a run without it."""
    read = [read_curves(run.folder / "metrics.csv") for run in runs]
    names = list(dict.fromkeys(name for own in read for name in own))
    per_curve = CURVE_NUMBERS // max(1, len(runs) * len(names))
    points = max(FEWEST_POINTS, min(per_curve, MOST_POINTS))
    epochs: dict[tuple[int, ...], int] = {}
    drawn: dict[str, list[list[float] | None]] = {name: [] for name in names}
    thin = False
    for own in read:
        for name in names:
            curve = {epoch: value for epoch, value in own.get(name, {}).items() if math.isfinite(value)}
            if not curve:
                drawn[name].append(None)
                continue
            thin = thin or len(curve) > points
            shown = thinned(curve, points)
            place = epochs.setdefault(tuple(shown), len(epochs))
            drawn[name].append([place, *(short(value, 4) for value in shown.values())])
    return {"epochs": list(epochs), "values": drawn, "points": points if thin else None}
