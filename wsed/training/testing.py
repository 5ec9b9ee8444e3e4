"""Testing of a trained system: predictions, post-processing and scores."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pytorch_lightning import Trainer
from pytorch_lightning.callbacks import Callback

from wsed.atomic import write_text
from wsed.config.instantiate import instantiate
from wsed.data.datamodules.base import ClipDataModule
from wsed.evaluation.draws import write_draws
from wsed.evaluation.evaluator import Evaluation, Evaluator
from wsed.evaluation.prediction_collector import write_tsv
from wsed.postprocessing.base import FittedPostprocessing, Postprocessing
from wsed.runs.folder import RunFolder
from wsed.systems.base import System
from wsed.training.callbacks.collect_predictions import CollectPredictions
from wsed.training.callbacks.example_recorder import ExampleRecorder
from wsed.training.callbacks.speed_meter import SpeedMeter
from wsed.training.runtime import Runtime
from wsed.training.trainer import make_trainer


def build_postprocessing(config: Mapping[str, Any]) -> Postprocessing | FittedPostprocessing:
    """The post-processing of a run.

    Raises:
        UserError: its values by class do not match the classes.
    """
    postprocessing: Postprocessing | FittedPostprocessing = instantiate(config["postprocessing"])
    postprocessing.check_labels(config["data"]["labels"])
    return postprocessing


def fit_postprocessing(
    postprocessing: Postprocessing | FittedPostprocessing,
    trainer: Trainer,
    system: System,
    data: ClipDataModule,
    predictions: CollectPredictions,
) -> Postprocessing:
    """The post-processing, fitted on the clips of `fitting_dataloader` if it has to be.

    Args:
        postprocessing: the post-processing of the config.
        trainer: trainer with `predictions` among its callbacks.
        system: the trained system.
        data: data after `setup`.
        predictions: collects the predictions for the clips.
    """
    if isinstance(postprocessing, Postprocessing):
        return postprocessing
    trainer.validate(system, dataloaders=data.fitting_dataloader(), verbose=False)
    return postprocessing.fit(predictions.collector.outputs(), trained_on=data.fits_on_training)


def test(
    config: Mapping[str, Any],
    runtime: Runtime,
    folder: RunFolder,
    system: System,
    data: ClipDataModule,
    postprocessing: Postprocessing | FittedPostprocessing,
    evaluator: Evaluator,
    callbacks: Sequence[Callback],
    speed: SpeedMeter,
) -> Evaluation:
    """Tests a system and writes its predictions to the run folder.

    Args:
        config: config of the run.
        runtime: devices; one of them is used.
        folder: the run folder.
        system: the trained system.
        data: data after `setup`.
        postprocessing: turns scores into events and tags; it may have to be fitted first, see `fitting_dataloader`.
        evaluator: scores the predictions.
        callbacks: the callbacks of the config, the same objects as in training.
        speed: measures the test steps; it comes first, so that no other callback is in its time.
    """
    predictions, examples = CollectPredictions(evaluator), ExampleRecorder()
    watching = [speed, predictions, examples, *callbacks]
    trainer = make_trainer(config, runtime.single(), watching, default_root_dir=folder.path, logger=False)
    fitted = fit_postprocessing(postprocessing, trainer, system, data, predictions)
    write_text(folder.postprocessing_path, json.dumps(fitted.description(), indent=2) + "\n")
    trainer.test(system, datamodule=data, verbose=False)
    collector = predictions.collector
    collector.write(folder.predictions)
    examples.write(folder.predictions, system.features.sample_rate)
    outputs = collector.outputs(fitted)
    assert outputs.events is not None
    write_tsv(outputs.events, folder.predictions.events)
    evaluation = evaluator.evaluate(outputs)
    write_draws(folder.predictions.draws, evaluation)
    return evaluation.with_logged(trainer.callback_metrics)
