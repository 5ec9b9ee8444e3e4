"""Names of runs in Weights & Biases."""

from pathlib import Path

import pytest

from wsed.runs.planned_run import PlannedRun
from wsed.training.loggers.wandb import LONGEST_NAME, display_name

OVERRIDES = ["experiment=jsc", "data.batch_size=8", "seed=2", "+optimizer.weight_decay=0.1", "pooling=gap"]


@pytest.mark.parametrize(
    ("folder", "swept", "expected"),
    [
        ("seed=2,pooling=gap-1f0a93c7", ("+optimizer.weight_decay", "seed"), "jsc seed=2,optimizer.weight_decay=0.1"),
        ("pooling=gap,seed=2-1f0a93c7", (), "jsc pooling=gap,seed=2"),
        ("1f0a93c7", (), "jsc"),
        ("mine", (), "jsc mine"),
    ],
)
def test_a_name_says_what_distinguishes_a_run(folder: str, swept: tuple[str, ...], expected: str) -> None:
    plan = PlannedRun(Path("outputs", folder), {"name": "jsc"}, "1f0a93c7", OVERRIDES, {}, swept)
    assert display_name(plan) == expected


def test_a_name_is_not_longer_than_wandb_accepts() -> None:
    plan = PlannedRun(Path("x" * 200), {"name": "jsc"}, "1f0a93c7", [], {})
    assert len(display_name(plan)) <= LONGEST_NAME
