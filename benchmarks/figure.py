"""What a benchmark gives: figures, each with what it is compared with."""

import math
from dataclasses import dataclass
from typing import Any

RATIO, SHARE, EXPONENT = "ratio", "share", "exponent"
BOUNDED = (RATIO, SHARE, EXPONENT)
"""Units that hold on other machines, too, so that only they have bounds."""


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes:
        name: what was measured, below the name of the benchmark.
        value: the number; None where it cannot be measured.
        unit: `ratio`, `share` (of 1), `exponent` (of a power law), or the unit of the value, such as `s` or `clips/s`.
        compared: what it is compared with, or measured on.
        floor: the least that `--check` accepts; loose, so that only a real loss is found. None for no bound.
        ceiling: the most that it accepts.
        reason: why the value is None.
    """

    name: str
    value: float | None
    unit: str = RATIO
    compared: str = ""
    floor: float | None = None
    ceiling: float | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError(f"{self.name}: has no value and no reason")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.name}: is {self.value}")
        if self.unit not in BOUNDED and (self.floor is not None or self.ceiling is not None):
            raise ValueError(f"{self.name}: has bounds in {self.unit}, which other machines do not share")

    @property
    def passes(self) -> bool:
        """Whether the value is within its bounds; one that is not here passes."""
        if self.value is None:
            return True
        above = self.floor is None or self.value >= self.floor
        return above and (self.ceiling is None or self.value <= self.ceiling)

    def value_text(self) -> str:
        """The value with three digits and its unit."""
        if self.value is None:
            return f"not here: {self.reason}"
        if self.unit == SHARE:
            return f"{self.value:.1%}"
        if self.unit == EXPONENT:
            return f"n^{self.value:.2f}"
        digits = max(0, 2 - math.floor(math.log10(abs(self.value)))) if self.value else 0
        text = f"{self.value:,.{min(digits, 6)}f}"
        return f"{text} x" if self.unit == RATIO else f"{text} {self.unit}"

    def bound_text(self) -> str:
        """The bounds, such as `>= 1.5`."""
        bounds = ((">=", self.floor), ("<=", self.ceiling))
        return ", ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)


def not_here(name: str, reason: str, compared: str = "") -> Figure:
    """A figure that this machine cannot give."""
    return Figure(name, None, compared=compared, reason=reason)


def from_plain(values: dict[str, Any]) -> Figure:
    """The figure of a line of JSON."""
    return Figure(**values)
