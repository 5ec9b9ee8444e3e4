"""Runs a trained system over the test split of its run or of other data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from wsed.checks.files import exists
from wsed.checks.names import shortened
from wsed.config.instantiate import instantiate
from wsed.config.program import Precision
from wsed.config.scoring import OF_THE_TEST, scoring_config
from wsed.config.trust import check_described
from wsed.config.types import fits, in_words
from wsed.data.datamodules.base import ClipDataModule
from wsed.errors import UserError
from wsed.evaluation.evaluator import build_evaluator
from wsed.evaluation.prediction_collector import PredictionCollector
from wsed.metrics.outputs import Outputs
from wsed.postprocessing.base import Postprocessing
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.training.allocator import keep_freed_memory
from wsed.training.callbacks.collect_predictions import CollectPredictions
from wsed.training.runtime import Runtime
from wsed.training.testing import build_postprocessing, fit_postprocessing
from wsed.training.trainer import make_trainer
from wsed.training.warnings import silence_lightning

REQUIRED = ("data", "metrics", "evaluation", "postprocessing")
"""Sections without which a test cannot be repeated."""


def run_config(
    checkpoint: Path, run: RunFolder | None, words: Sequence[str], allowed: Sequence[str] = ()
) -> dict[str, Any]:
    """The config for scoring a checkpoint: that of its run, with the fitted post-processing, changed by overrides.

    Only what describes the test is taken from the run folder; devices and the cache are those of this machine.

    Args:
        checkpoint: checkpoint of the system.
        run: the run folder, or None if the checkpoint is not in one.
        words: Hydra overrides of data, metrics, evaluation and post-processing.
        allowed: modules or packages besides wsed whose classes the run folder may name.

    Raises:
        UserError: an override matches no key, there are no data, or the run folder names a class that is not allowed.
    """
    if run is None:
        if not any(word.startswith("data=") for word in words):
            raise UserError(f"{checkpoint}: lies in no run whose data could be used; add data=CHOICE")
        return scoring_config(words)
    own = read_sections(run, allowed)
    choices = run.results().get("choices") or {}
    choice = choices.get("data")
    if choice is not None and not re.fullmatch(r"[\w-]+(/[\w-]+)*", choice):
        # Hydra would take it for a path or for several values.
        raise UserError(f"{run.results_path}: choices.data is {shortened(choice)!r}, which is no choice; train again")
    return {**scoring_config(words, own, choices), **_trainer(run)}


def read_sections(run: RunFolder, allowed: Sequence[str]) -> dict[str, Any]:
    """The sections of a run's config that describe its test, checked; with the fitted post-processing.

    Raises:
        UserError: a section is missing or damaged, or names a class that is not allowed.
    """
    config = run.config()
    missing = next((section for section in REQUIRED if section not in config), None)
    if missing:
        raise UserError(f"{run.config_path}: has no {missing}, as an earlier version of wsed wrote it; train again")
    own = {section: config[section] for section in OF_THE_TEST if section in config}
    check_described(own, run.config_path, allowed)
    if exists(run.postprocessing_path):
        own["postprocessing"] = run.postprocessing()
        check_described({"postprocessing": own["postprocessing"]}, run.postprocessing_path, allowed)
    return own


def _trainer(run: RunFolder) -> dict[str, Any]:
    """The config of Lightning's trainer for a test pass. Of the run, only the precision counts."""
    precision = run.config().get("precision", "auto")
    if not fits(precision, Precision):
        raise UserError(f"{run.config_path}: precision is {shortened(repr(precision))}; it needs {in_words(Precision)}")
    return {"precision": precision, "trainer": {"_target_": "pytorch_lightning.Trainer", "_partial_": True}}


@dataclass(frozen=True)
class Tested:
    """What a test pass gave.

    Attributes:
        predictions: the predictions for the test split.
        logged: the values that the system logged.
        postprocessing: turns the scores into events; fitted, if it had to be.
    """

    predictions: PredictionCollector
    logged: Mapping[str, Tensor]
    postprocessing: Postprocessing

    def outputs(self) -> Outputs:
        """Everything that metrics need."""
        return self.predictions.outputs(self.postprocessing)


def test_pass(system: System, config: Mapping[str, Any]) -> Tested:
    """Runs a system over a test split.

    Args:
        system: the trained system.
        config: validated config; its `data`, `runtime`, `trainer`, `metrics` and `postprocessing` are used.

    Raises:
        UserError: the data cannot be used, they do not match the classes or the sample rate of the system, or the
            post-processing has values for other classes.
    """
    labels, rate = tuple(config["data"]["labels"]), config["data"]["sample_rate"]
    if labels != system.labels:
        raise UserError(
            f"data.labels={list(labels)}: are not the classes of the system, {list(system.labels)}; "
            f"add 'data.labels=[{','.join(system.labels)}]'"
        )
    if rate != system.features.sample_rate:
        raise UserError(
            f"data.sample_rate={rate}: is not the {system.features.sample_rate} Hz of the system; "
            f"add data.sample_rate={system.features.sample_rate}"
        )
    postprocessing = build_postprocessing(config)
    module = instantiate(config["data"]["module"])
    assert isinstance(module, ClipDataModule)
    module.setup("test")
    silence_lightning()
    keep_freed_memory()
    runtime: Runtime = instantiate(config["runtime"])
    runtime.check_devices()
    predictions = CollectPredictions(build_evaluator(config))
    trainer = make_trainer(config, runtime.single(), [predictions], logger=False)
    fitted = fit_postprocessing(postprocessing, trainer, system, module, predictions)
    trainer.test(system, datamodule=module, verbose=False)
    return Tested(predictions.collector, dict(trainer.callback_metrics), fitted)
