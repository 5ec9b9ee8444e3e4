"""Predictions of a pass, collected by a callback that systems know nothing of."""

from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from torch.utils.data import DataLoader

from wsed.data.batch import Batch
from wsed.evaluation.evaluator import Evaluator
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.metrics.clip_based import ClipBased
from wsed.metrics.frame_based import FrameBased
from wsed.metrics.separation import Separation
from wsed.systems.base import System
from wsed.training.callbacks.collect_predictions import CollectPredictions

EVALUATOR = Evaluator([ClipBased(), FrameBased()])


def test_validation_logs_the_scores_of_all_batches_and_checkpoints_can_monitor_them(
    system: System, batches: list[Batch], quiet: dict[str, Any], tmp_path: Path
) -> None:
    loader = DataLoader(batches, batch_size=None)
    predictions = CollectPredictions(EVALUATOR)
    best = ModelCheckpoint(tmp_path, monitor="val/tagging/map", mode="max", save_on_train_epoch_end=True)
    trainer = pl.Trainer(max_epochs=1, callbacks=[predictions, best], logger=False, **quiet)
    trainer.fit(system, loader, loader)
    with torch.no_grad():
        expected = PredictionCollector(system.labels, system.features)
        for batch in batches:
            expected.update(batch, system.eval()(batch.waveform))
    scores = EVALUATOR.validate(expected)
    assert "tagging/map" in scores
    assert "frame/map" in scores
    logged = {name: float(value) for name, value in trainer.callback_metrics.items()}
    for name, value in scores.items():
        assert logged[f"val/{name}"] == pytest.approx(value, abs=1e-6, nan_ok=True), name
    assert best.best_model_score == pytest.approx(scores["tagging/map"])


def test_a_test_collects_separated_sources_and_each_pass_begins_anew(
    system: System, batches: list[Batch], quiet: dict[str, Any]
) -> None:
    loader = DataLoader(batches, batch_size=None)
    predictions = CollectPredictions(Evaluator([Separation()]))
    trainer = pl.Trainer(callbacks=[predictions], logger=False, enable_checkpointing=False, **quiet)
    for _ in range(2):
        trainer.test(system, loader, verbose=False)
        assert predictions.collector.filenames == ["0a.wav", "0b.wav", "1a.wav", "1b.wav", "2a.wav", "2b.wav"]
        assert len(predictions.collector.clip_probs) == 6
        assert {row["method"] for row in predictions.collector.separation.rows} >= {"system", "mixture"}


def test_sources_are_compared_only_for_a_metric_that_needs_it(
    system: System, batches: list[Batch], quiet: dict[str, Any]
) -> None:
    predictions = CollectPredictions(EVALUATOR)
    trainer = pl.Trainer(callbacks=[predictions], logger=False, enable_checkpointing=False, **quiet)
    trainer.test(system, DataLoader(batches, batch_size=None), verbose=False)
    assert len(predictions.collector.clip_probs) == 6
    assert predictions.collector.outputs().separation is None


def test_before_any_pass_there_is_no_collector() -> None:
    with pytest.raises(RuntimeError, match="no pass over a split has begun"):
        _ = CollectPredictions(EVALUATOR).collector
