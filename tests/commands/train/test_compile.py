"""Training with torch.compile."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

Train = Callable[..., tuple[int, str, str]]


def losses(run: str) -> list[float]:
    with Path(run, "metrics.csv").open() as file:
        return [float(row["train/loss"]) for row in csv.DictReader(file) if row["train/loss"]]


@pytest.mark.slow
def test_a_compiled_network_has_the_losses_of_one_that_is_not(train: Train) -> None:
    assert train("hydra.run.dir=plain", "network.dropout=0")[0] == 0
    assert train("hydra.run.dir=compiled", "network.dropout=0", "compile=true")[0] == 0
    assert losses("compiled") == pytest.approx(losses("plain"), abs=1e-4)


def test_without_a_compiler(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    code, _, err = train("compile=true", "hydra.run.dir=run")
    assert code == 2
    assert err.strip() == (
        "wsed: compile=true: there is no C++ compiler (no-such-compiler) here; install one, or set CXX"
    )
    assert not Path("run").exists()
