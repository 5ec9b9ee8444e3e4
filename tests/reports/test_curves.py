"""Training curves."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsed.errors import UserError
from wsed.reports.curves import read_curves, thinned
from wsed.runs.folder import RunFolder


def test_curves_are_losses_and_validation_scores_by_epoch(tmp_path: Path) -> None:
    # As Lightning writes them: validation and training of an epoch on lines of their own, the test last.
    rows = [
        {"epoch": 0, "step": 9, "val/tagging/map": 0.5, "val/tagging/class/a,b/ap": 0.1},
        {"epoch": 0, "step": 9, "train/loss": 3.0},
        {"epoch": 1, "step": 19, "val/tagging/map": 0.75},
        {"epoch": 1, "step": 19, "train/loss": 2.0},
        {"epoch": 2, "step": 20, "test/tagging/map": 0.9},
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "metrics.csv", index=False)
    # pandas writes a whole number beside gaps as 0, and Lightning does, too.
    assert read_curves(RunFolder(tmp_path)) == {
        "val/tagging/map": {0: 0.5, 1: 0.75},
        "train/loss": {0: 3.0, 1: 2.0},
    }
    assert read_curves(RunFolder(tmp_path / "nothing")) == {}
    (tmp_path / "metrics.csv").write_text("")
    assert read_curves(RunFolder(tmp_path)) == {}


@pytest.mark.parametrize("text", ["epoch,train/loss\n0,fast\n", "epoch,train/loss\n0\n", "epoch,train/loss\nx,1\n"])
def test_damaged_curves_are_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text(text)
    with pytest.raises(UserError, match=r"metrics\.csv: is damaged \("):
        read_curves(RunFolder(tmp_path))


@given(st.sets(st.integers(0, 100), min_size=1), st.integers(2, 50))
def test_a_thinned_curve_keeps_its_ends_and_its_points(epochs: set[int], points: int) -> None:
    curve = {epoch: 1 / (epoch + 1) for epoch in sorted(epochs)}
    thin = thinned(curve, points)
    assert len(thin) == min(len(curve), points)
    assert thin.items() <= curve.items()
    assert list(thin) == sorted(thin)
    assert {min(curve), max(curve)} <= set(thin)
