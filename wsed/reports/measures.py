"""The measures that reports show: their names, order and formatting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wsed.metrics.measure import LABEL, Measure

REFERENCES = {"mixture": "mixture", "ideal_binary_mask": "ideal binary mask", "ideal_ratio_mask": "ideal ratio mask"}
"""Labels of the references for separation, by the part of the score name."""

LOWER_IS_BETTER = ("eer", "error_rate", "deletion_rate", "insertion_rate", "substitution_rate")
NEITHER_IS_BETTER = ("threshold", "level")
"""Last parts of score names, for scores that no run describes."""


DEFAULT_MEASURES = (
    Measure("tagging/map", "AT-mAP", per_class="tagging/class/{label}/ap"),
    Measure("frame/map", "SED-mAP", per_class="frame/class/{label}/ap"),
    Measure("frame/eer", "EER", higher_is_better=False, per_class="frame/class/{label}/eer"),
    Measure("separation/sdr", "SDR", unit="dB", decimals=1, per_class="separation/class/{label}/sdr"),
    Measure("separation/sir", "SIR", unit="dB", decimals=1, per_class="separation/class/{label}/sir"),
    Measure("separation/sar", "SAR", unit="dB", decimals=1, per_class="separation/class/{label}/sar"),
)
"""Measures of a run with a `results.json` that does not describe them."""


def read_measures(descriptors: Sequence[Mapping[str, Any]]) -> tuple[Measure, ...]:
    """Reads the `measures` of a `results.json`. Fields that a descriptor does not have are guessed from its key.

    Raises:
        KeyError: a descriptor has no key.
        TypeError: a descriptor is not a mapping.
        ValueError: a `per_class` has no `{label}`.
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
    """Guesses from its name how to show a score that no run describes; it is not shown from the start."""
    last = key.rpartition("/")[2]
    better = None if last in NEITHER_IS_BETTER else last not in LOWER_IS_BETTER
    unit, decimals = ("dB", 1) if key.startswith("separation/") else ("", 3)
    return Measure(key, key, unit, decimals, better, shown=False)


class Catalogue:
    """The measures of several runs.

    Args:
        measures: measures of each run; the first run that describes a measure decides how it is shown.

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
