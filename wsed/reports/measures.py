"""The measures that reports show: their names, order and formatting."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MISSING = "\N{EN DASH}"
REFERENCES = {"mixture": "mixture", "ideal_binary_mask": "ideal binary mask", "ideal_ratio_mask": "ideal ratio mask"}
"""What a separation is compared with, by the part of the score name, with its label."""

LABEL = "{label}"
"""Stands for the event class in the name of a class's score."""

LOWER_IS_BETTER = ("eer", "error_rate", "deletion_rate", "insertion_rate", "substitution_rate")
NEITHER_IS_BETTER = ("threshold",)
"""Last parts of score names, for scores that no run describes."""


@dataclass(frozen=True)
class Measure:
    """One number of a test and how to show it.

    Attributes:
        key: score name over all classes, such as `frame/map`.
        title: column header.
        unit: such as `dB` or `s`; empty for a fraction from 0 to 1.
        decimals: digits after the decimal point.
        higher_is_better: None if neither direction is better.
        per_class: name of a class's score with `{label}` for the class, such as `frame/class/{label}/ap`; None if there
            are no scores by class.
        shown: whether the tables have a column for it from the start.
    """

    key: str
    title: str
    unit: str = ""
    decimals: int = 3
    higher_is_better: bool | None = True
    per_class: str | None = None
    shown: bool = True

    def score_name(self, reference: str | None = None) -> str:
        """Name of the score over all classes, of the system or of a key of `REFERENCES`."""
        return _of_reference(self.key, reference)

    def class_score_name(self, label: str, reference: str | None = None) -> str | None:
        """Name of the score of one class, of the system or of a key of `REFERENCES`; None without scores by class."""
        return None if self.per_class is None else _of_reference(self.per_class, reference).replace(LABEL, label)

    @property
    def class_name(self) -> str | None:
        """Name of a class's score without `class/LABEL`, such as `frame/ap`; None without scores by class."""
        return None if self.per_class is None else self.per_class.replace(f"/class/{LABEL}", "")

    @property
    def class_title(self) -> str:
        """Title of a single class's score: the mean average precision of one class is its average precision."""
        return self.title.replace("mAP", "AP")

    @property
    def arrow(self) -> str:
        """Points in the better direction; empty if neither is better."""
        return {True: "↑", False: "↓", None: ""}[self.higher_is_better]

    @property
    def sign(self) -> int:
        """1 if higher is better, -1 if lower is better, 0 if neither is."""
        return {True: 1, False: -1, None: 0}[self.higher_is_better]

    def text(self, value: float | None) -> str:
        """Formats a value: `MISSING` for None, and the infinity sign for infinity and beyond 100 dB."""
        if value is None:
            return MISSING
        if math.isinf(value) or (self.unit == "dB" and abs(value) > 100):
            return "∞" if value > 0 else "-∞"
        return self.digits(value)

    def digits(self, value: float) -> str:
        """Formats a finite value of any size; whole numbers have commas."""
        # Adding zero turns a rounded -0.0 into 0.0.
        return f"{round(value, self.decimals) + 0.0:{',' if self.decimals == 0 else ''}.{self.decimals}f}"


def _of_reference(name: str, reference: str | None) -> str:
    group, *rest = name.split("/")
    return "/".join([group, *([reference] if reference else []), *rest])


DEFAULT_MEASURES = (
    Measure("tagging/map", "AT-mAP", per_class="tagging/class/{label}/ap"),
    Measure("frame/map", "SED-mAP", per_class="frame/class/{label}/ap"),
    Measure("frame/eer", "EER", higher_is_better=False, per_class="frame/class/{label}/eer"),
    Measure("separation/sdr", "SDR", unit="dB", decimals=1, per_class="separation/class/{label}/sdr"),
    Measure("separation/sir", "SIR", unit="dB", decimals=1, per_class="separation/class/{label}/sir"),
    Measure("separation/sar", "SAR", unit="dB", decimals=1, per_class="separation/class/{label}/sar"),
)
"""Measures of a run whose `results.json` does not describe its own."""


def read_measures(descriptors: Sequence[Mapping[str, Any]]) -> tuple[Measure, ...]:
    """Measures from the `measures` of a `results.json`. What a descriptor leaves out is guessed from its key.

    Raises:
        KeyError: a descriptor without a key.
        TypeError: a descriptor that is not a mapping.
        ValueError: a `per_class` without `{label}`.
    """
    fields = tuple(Measure.__dataclass_fields__)
    measures = []
    for entry in descriptors:
        measure = replace(guess_measure(entry["key"]), **{name: entry[name] for name in fields if name in entry})
        if measure.per_class is not None and LABEL not in measure.per_class:
            raise ValueError(f"{measure.key}: per_class has no {LABEL}")
        measures.append(measure)
    return tuple(measures)


def guess_measure(key: str) -> Measure:
    """How to show a score that no run describes, judged by its name; it is not shown from the start."""
    last = key.rpartition("/")[2]
    better = None if last in NEITHER_IS_BETTER else last not in LOWER_IS_BETTER
    unit, decimals = ("dB", 1) if key.startswith("separation/") else ("", 3)
    return Measure(key, key, unit, decimals, better, shown=False)


class Catalogue:
    """The measures of several runs.

    Args:
        measures: of each run; the first run that describes a measure decides how all runs show it.

    Attributes:
        shown: measures that at least one run shows, in the order of the first run that has them.
    """

    def __init__(self, measures: Iterable[Sequence[Measure]]) -> None:
        self._by_key: dict[str, Measure] = {}
        for measure in (measure for of_run in measures for measure in of_run):
            known = self._by_key.setdefault(measure.key, measure)
            if measure.shown and not known.shown:
                self._by_key[measure.key] = replace(known, shown=True)
        if not self._by_key:
            self._by_key = {measure.key: measure for measure in DEFAULT_MEASURES}
        self._by_class_name: dict[str, Measure] = {}
        for measure in self._by_key.values():
            if measure.class_name is not None:
                self._by_class_name.setdefault(measure.class_name, measure)
        self.shown = tuple(measure for measure in self._by_key.values() if measure.shown)

    def of(self, key: str) -> Measure:
        """The measure of a score over all classes; a guess if no run describes it."""
        return self._by_key.get(key) or guess_measure(key)

    def of_class(self, class_name: str) -> Measure:
        """The measure of a class's score by its name without `class/LABEL`; a guess if no run describes it."""
        return self._by_class_name.get(class_name) or guess_measure(class_name)
