"""Config keys that the program itself reads, as opposed to the arguments of its parts."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

Precision = Literal["auto", "16-true", "16-mixed", "bf16-true", "bf16-mixed", "32-true", "64-true"]

WITHOUT_INFLUENCE: dict[str, Any] = {"influences_result": False}


@dataclass(frozen=True)
class ProgramConfig:
    """Top-level keys of `conf/train.yaml`, with their types; each is explained there."""

    name: str
    seed: int
    force: bool = field(metadata=WITHOUT_INFLUENCE)
    resume: Literal["auto", "never"] = field(metadata=WITHOUT_INFLUENCE)
    test: Literal["last", "best"]
    monitor: str
    monitor_mode: Literal["max", "min"]
    precision: Precision
    compile: bool
    keep_every: int


READ_SECTIONS = frozenset(
    {
        "data.module",
        "data.labels",
        "data.sample_rate",
        "mixing",
        "features",
        "augmentation",
        "model",
        "network",
        "pooling",
        "loss",
        "optimizer",
        "schedule",
        "postprocessing",
        "metrics",
        "evaluation",
        "callbacks",
        "trainer",
        "runtime",
        "logger",
        "launcher",
        "sweeper",
    }
)
"""Sections that the program reads. Every other key is an argument of a class, or another key refers to it."""

SWEEP_SECTIONS = ("launcher", "sweeper")
"""Sections that define how runs are started; they are not part of a run's config."""

SECTIONS_WITHOUT_INFLUENCE = ("runtime", "logger", *SWEEP_SECTIONS)
"""Sections that cannot change the result of a run, and so are not part of its identity."""


def keys_without_influence() -> list[str]:
    """The program's own keys that cannot change the result of a run."""
    return [key.name for key in fields(ProgramConfig) if not key.metadata.get("influences_result", True)]
