"""Callbacks that are chosen on the command line."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

Train = Callable[..., tuple[int, str, str]]
VALIDATED = "data.clips={train: 12, val: 6, test: 3}"


def column(name: str) -> list[float]:
    with Path("run/metrics.csv").open() as file:
        return [float(row[name]) for row in csv.DictReader(file) if row.get(name)]


def test_training_stops_early_when_nothing_improves(train: Train) -> None:
    stop = ["+callbacks=early_stopping", "callbacks.early_stopping.patience=1", "callbacks.early_stopping.min_delta=9"]
    code, _, err = train("hydra.run.dir=run", VALIDATED, "trainer.max_epochs=6", *stop)
    assert code == 0, err
    # The first epoch is the best, and one more is awaited.
    assert len(column("train/loss")) == 2


def test_early_stopping_without_a_validation_split_is_refused(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", "+callbacks=early_stopping")
    assert code == 2
    assert err == (
        "wsed: callbacks.early_stopping: monitors val/tagging/map, and there is no validation split; "
        "give data.folds.val folds and data.clips.val clips\n"
    )
    assert not Path("run").exists()


def test_the_learning_rate_is_a_curve(train: Train) -> None:
    schedule = ["schedule=decay", "schedule.factor=0.5", "schedule.every=2"]
    code, _, err = train("hydra.run.dir=run", *schedule)
    assert code == 0, err
    assert column("train/learning_rate") == pytest.approx([0.001, 0.0005])


def test_a_callback_can_be_removed(train: Train) -> None:
    code, _, err = train("hydra.run.dir=run", VALIDATED, "~callbacks.best_checkpoint", "keep_every=1")
    assert code == 0, err
    kept = sorted(path.name for path in Path("run/checkpoints").iterdir())
    assert kept == ["epoch-001.ckpt", "epoch-002.ckpt", "last.ckpt"]
    assert torch.load("run/checkpoints/epoch-001.ckpt", weights_only=True)["epoch"] == 0
    assert json.loads(Path("run/results.json").read_text())["validation"].keys() == {"val/tagging/map"}


def test_several_metrics_and_callbacks_are_added_and_selected(train: Train) -> None:
    code, _, err = train(
        "hydra.run.dir=run", VALIDATED, "metrics=[clip_based,event_based]", "+callbacks=[early_stopping]"
    )
    assert code == 0, err
    found = json.loads(Path("run/results.json").read_text())["metrics"]
    assert {name.split("/")[0] for name in found} == {"tagging", "event_based"}
