"""One run: train, test, and fill the run folder."""

import csv
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, EarlyStopping
from pytorch_lightning.loggers import Logger

from wsed.config.instantiate import instantiate
from wsed.data.datamodules.base import ClipDataModule
from wsed.errors import UserError
from wsed.evaluation.evaluator import Evaluation, build_evaluator
from wsed.runs.active_run import ActiveRun
from wsed.runs.environment import git_state, versions
from wsed.runs.folder import RunFolder
from wsed.runs.planned_run import PlannedRun
from wsed.systems.base import System
from wsed.training.build import build_system, load_weights, model_card, training_waveforms
from wsed.training.callbacks.collect_predictions import CollectPredictions
from wsed.training.callbacks.speed_meter import SpeedMeter
from wsed.training.callbacks.training_time import TrainingTime
from wsed.training.checkpoint_io import save_card
from wsed.training.dry_run import dry_run
from wsed.training.fit import fit
from wsed.training.initial import start_from
from wsed.training.loggers.base import RunLogger
from wsed.training.loggers.metrics_csv import CurvesState, MetricsCsv
from wsed.training.memory import check_training_memory
from wsed.training.resume import check_resumable, resume_checkpoint
from wsed.training.runtime import Runtime
from wsed.training.testing import build_postprocessing, test
from wsed.training.trainer import check_batches, check_compiler, check_trainer, resolve_precision


def train(active: ActiveRun, watching: Sequence[Callback] = ()) -> None:
    """Trains and tests a planned run, and fills its folder.

    Args:
        active: the run; it is marked as running once the data have been read, and as done in the end.
        watching: further callbacks, such as the one that prunes a trial.

    Raises:
        UserError: the data cannot be used, or parts do not fit together.
        TrainingDivergedError: the loss is not finite.
    """
    plan, config, folder = active.plan, active.plan.config, active.folder
    runtime = _prepare(config)
    # Everything that needs no data is built before they are read, which may take minutes.
    evaluator, postprocessing = build_evaluator(config), build_postprocessing(config)
    callbacks = build_callbacks(config)
    check_trainer(config, runtime, [*callbacks, *watching])
    logger: RunLogger | None = instantiate(config["logger"]) or None
    data: ClipDataModule = instantiate(config["data"]["module"])
    check_training_memory(config, runtime, data)
    system = _initial(config)
    data.trains_on_sources = system.loss.needs_sources
    data.setup()
    check_stopping(config, callbacks, data)
    check_batches(config, runtime, data)
    dry_run(config, system, data, evaluator, [*callbacks, *watching])
    system.card = card = model_card(data, system.features.sample_rate)
    _report(data, system)
    # The state of the source before training, because somebody may edit it meanwhile.
    git, checkpoint = git_state(), resume_checkpoint(config, folder)
    rows = check_resumable(checkpoint, system) if checkpoint else []
    active.start(resumed=checkpoint is not None)
    print(f"{plan.path}: {'resumes' if checkpoint else 'running'}")
    if checkpoint is None and config["init"] is None:
        system.features.fit(training_waveforms(data.datasets["train"], data.batch_size))
    try:
        loggers = [logger.start(plan, rows)] if logger else []
        curves = MetricsCsv(folder.curves_path)
        trained, speed = TrainingTime(), SpeedMeter()
        all_callbacks = [trained, CurvesState(curves), CollectPredictions(evaluator), *callbacks, *watching]
        trainer = fit(config, runtime, folder, system, data, [curves, *loggers], all_callbacks)
        started = time.perf_counter()
        tested, system = _to_be_tested(config, folder, data, system)
        evaluation = test(config, runtime, folder, system, data, postprocessing, evaluator, callbacks, speed)
        save_card(tested, replace(card, postprocessing=folder.postprocessing()))
        timing = {"train_seconds": trained.seconds, "test_seconds": time.perf_counter() - started, **speed.timing}
        _log_test(loggers, evaluation, trainer.global_step)
        active.finish(_summary(plan, system, data, evaluation, timing, git))
    finally:
        if logger:
            logger.finish(failed=not active.finished)


def join(config: Mapping[str, Any], folder: RunFolder) -> None:
    """Trains together with rank 0 of a run, which does everything else.

    Args:
        config: config of the run.
        folder: the run folder.

    Raises:
        UserError: see `train`.
    """
    runtime = _prepare(config)
    data: ClipDataModule = instantiate(config["data"]["module"])
    system = build_system(config)
    data.trains_on_sources = system.loss.needs_sources
    data.setup()
    # Weights and feature statistics come from rank 0. Every process needs the same callbacks, because a checkpoint
    # restores the state of each; only rank 0 writes the curves, so this process has no loggers.
    curves = CurvesState(MetricsCsv(folder.curves_path))
    collect = CollectPredictions(build_evaluator(config))
    fit(config, runtime, folder, system, data, [], [TrainingTime(), curves, collect, *build_callbacks(config)])


def build_callbacks(config: Mapping[str, Any]) -> list[Callback]:
    """The callbacks of a run, in the order of its config."""
    callbacks: dict[str, Callback] = instantiate(config["callbacks"])
    return list(callbacks.values())


def check_stopping(config: Mapping[str, Any], callbacks: Sequence[Callback], data: ClipDataModule) -> None:
    """Checks that there is a validation split if the callbacks of a run need one.

    Raises:
        UserError: one of them monitors a metric of the validation split, and the data have none.
    """
    for name, callback in zip(config["callbacks"], callbacks, strict=True):
        if isinstance(callback, EarlyStopping) and "val" not in data.datasets:
            raise UserError(
                f"callbacks.{name}: monitors {callback.monitor}, and there is no validation split; give data.folds.val "
                "folds and data.clips.val clips"
            )


def _prepare(config: Mapping[str, Any]) -> Runtime:
    """Checks the machine and seeds all random number generators."""
    runtime: Runtime = instantiate(config["runtime"])
    runtime.check_devices()
    if config["compile"]:
        check_compiler()
        # Otherwise the networks of earlier runs count, of which only so many are compiled.
        torch.compiler.reset()
    pl.seed_everything(config["seed"], verbose=False)
    return runtime


def _initial(config: Mapping[str, Any]) -> System:
    """The system before its training."""
    system = build_system(config)
    if config["init"] is not None:
        print(start_from(system, config["init"]))
    return system


def _to_be_tested(
    config: Mapping[str, Any], folder: RunFolder, data: ClipDataModule, system: System
) -> tuple[Path, System]:
    """The checkpoint whose weights are tested, and the system with these weights."""
    if config["test"] == "best" and "val" in data.datasets:
        return folder.best_checkpoint, load_weights(build_system(config), folder.best_checkpoint)
    return folder.last_checkpoint, system


def _report(data: ClipDataModule, system: System) -> None:
    """Prints the size of the cache, and the terms of the loss that can do nothing."""
    if data.audio is not None and data.audio.folder is not None:
        megabytes = data.audio.size / 1e6
        print(f"{data.audio.folder}: decoded {data.audio.decoded} recordings; the cache has {megabytes:.0f} MB")
    for line in system.loss.idle_terms(partial(data.datasets["train"].tags, 0), len(system.labels)):
        print(line)


def _log_test(loggers: Sequence[Logger], evaluation: Evaluation, step: int) -> None:
    for logger in loggers:
        logger.log_metrics(evaluation.numbers("test/"), step)
        logger.save()


def _summary(
    plan: PlannedRun,
    system: System,
    data: ClipDataModule,
    evaluation: Evaluation,
    timing: Mapping[str, float],
    git: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The content of `results.json`."""
    config = plan.config
    return {
        "name": config["name"],
        "identity": plan.identity,
        "overrides": list(plan.overrides),
        "command": plan.command,
        "choices": dict(plan.choices),
        "labels": list(system.labels),
        "seed": config["seed"],
        "decoded": data.audio.decoded if data.audio else 0,
        "skipped": data.audio.skipped if data.audio else {},
        "parameters": sum(parameter.numel() for parameter in system.parameters()),
        "precision": resolve_precision(config["precision"]),
        "validation": _validation(plan),
        **evaluation.plain(),
        "timing": {name: round(seconds, 3) for name, seconds in timing.items()},
        "versions": versions(),
        "git": git,
    }


def _validation(plan: PlannedRun) -> dict[str, float]:
    """The value of `monitor` for the tested weights; empty without a validation split."""
    name = plan.config["monitor"]
    # With fast_dev_run, Lightning calls no logger.
    if not plan.folder.curves_path.is_file():
        return {}
    with plan.folder.curves_path.open(newline="", encoding="utf-8") as file:
        values = [float(row[name]) for row in csv.DictReader(file) if row.get(name)]
    if not values:
        return {}
    if plan.config["test"] == "best":
        return {name: max(values) if plan.config["monitor_mode"] == "max" else min(values)}
    return {name: values[-1]}
