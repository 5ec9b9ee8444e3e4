"""Descriptions of scores for tables and reports; `results.json` holds them as `measures`."""

import math
from dataclasses import dataclass

MISSING = "\N{EN DASH}"

LABEL = "{label}"
"""Placeholder for the event class in the name of a class's score."""


@dataclass(frozen=True)
class Measure:
    """One score and how to show it.

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
        """Name of the score over all classes, of the system or of a reference such as `mixture`."""
        return _of_reference(self.key, reference)

    def class_score_name(self, label: str, reference: str | None = None) -> str | None:
        """Name of the score of one class, see `score_name`; None without scores by class."""
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
