"""The numbers that reports show: their metric keys, order and print."""

import math
from dataclasses import dataclass

MISSING = "\N{EN DASH}"
REFERENCES = {"mixture": "mixture", "ideal_binary_mask": "ideal binary mask", "ideal_ratio_mask": "ideal ratio mask"}


@dataclass(frozen=True)
class Measure:
    """One number of a test.

    Attributes:
        title: column header.
        group: first part of its metric keys.
        overall: last part of the key of the number over all classes.
        per_class: last part of the key of one class's number.
        unit: `dB`, or empty for a fraction from 0 to 1.
        decimals: digits after the point.
        higher_is_better: which end is the good one; None where neither is.
    """

    title: str
    group: str
    overall: str
    per_class: str
    unit: str = ""
    decimals: int = 3
    higher_is_better: bool | None = True

    def key(self, label: str | None = None, reference: str | None = None) -> str:
        """Metric key: of the event class `label` or over all, of the system or of a key of `REFERENCES`."""
        parts = [self.group, *([reference] if reference else []), *(["class", label] if label is not None else [])]
        return "/".join([*parts, self.overall if label is None else self.per_class])

    def text(self, value: float | None) -> str:
        """`value` with fixed decimals; `MISSING` for none, and infinity for what is beyond 100 dB."""
        if value is None:
            return MISSING
        if math.isinf(value) or (self.unit == "dB" and abs(value) > 100):
            return "∞" if value > 0 else "-∞"
        # Adding zero turns a rounded -0.0 into 0.0.
        return f"{round(value, self.decimals) + 0.0:.{self.decimals}f}"

    @property
    def arrow(self) -> str:
        """Which way is better."""
        return {True: "↑", False: "↓", None: ""}[self.higher_is_better]


MEASURES = (
    Measure("AT-mAP", "tagging", "map", "ap"),
    Measure("SED-mAP", "frame", "map", "ap"),
    Measure("EER", "frame", "eer", "eer", higher_is_better=False),
    Measure("SDR", "separation", "sdr", "sdr", unit="dB", decimals=1),
    Measure("SIR", "separation", "sir", "sir", unit="dB", decimals=1),
    Measure("SAR", "separation", "sar", "sar", unit="dB", decimals=1),
)

LOWER_IS_BETTER = ("eer", "error_rate", "deletion_rate", "insertion_rate", "substitution_rate")
NEITHER_IS_BETTER = ("threshold",)


def measure_of(key: str) -> Measure:
    """How to show any score, by its metric key over all classes or with the class taken out."""
    known = next((measure for measure in MEASURES if measure.key() == key), None)
    if known:
        return known
    group, _, last = key.rpartition("/")
    better = None if last in NEITHER_IS_BETTER else last not in LOWER_IS_BETTER
    unit, decimals = ("dB", 1) if key.startswith("separation/") else ("", 3)
    return Measure(key, group, last, last, unit, decimals, better)
