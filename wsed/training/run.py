"""One run: train, test, and leave a run folder."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, ModelCheckpoint, RichProgressBar
from pytorch_lightning.loggers import CSVLogger, Logger
from rich.progress import track
from torch import Tensor

from wsed.atomic import write_text
from wsed.config.instantiate import instantiate
from wsed.data.batch import Batch
from wsed.data.datamodules import ClipDataModule
from wsed.data.datasets.base import ClipDataset
from wsed.errors import UserError
from wsed.evaluation.evaluator import Evaluation, Evaluator, build_evaluator
from wsed.evaluation.prediction_collector import write_tsv
from wsed.postprocessing.base import FittedPostprocessing, Postprocessing
from wsed.runs import slurm_job
from wsed.runs.active_run import ActiveRun
from wsed.runs.environment import git_state, versions
from wsed.runs.folder import PredictionFiles
from wsed.systems.base import System
from wsed.training.callbacks.example_recorder import ExampleRecorder
from wsed.training.checkpoint_io import AtomicCheckpointIO, Curves, EpochRow, RngState, last_checkpoint
from wsed.training.ddp import leave_group
from wsed.training.trainer import ALONE, check_compiler, check_devices, make_trainer, precision


class TrainingDivergedError(Exception):
    """The loss is not a number."""


class NanGuard(Callback):
    """Stops a run whose loss is not finite, and saves the plan of the batch for replay.

    Args:
        folder: of the run; gets `nan_batch.json`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Batch, batch_idx: int
    ) -> None:
        if torch.isfinite(outputs["loss"]):
            return
        path = self.folder / "nan_batch.json"
        step = trainer.global_step
        values = {
            "step": step,
            "epoch": trainer.current_epoch,
            "filenames": batch.filenames,
            "plans": [plan.to_dict() for plan in batch.plans],
        }
        write_text(path, json.dumps(values, indent=2) + "\n")
        raise TrainingDivergedError(
            f"the loss is {float(outputs['loss'])} at step {step}; the batch's plan is in {path}"
        )


class EpochSnapshots(Callback):
    """Keeps the weights of every so many epochs, for fusion.

    Args:
        folder: gets `epoch-NNN.ckpt`, the first epoch being 1.
        every: epochs.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self.folder = folder
        self.every = every

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        done = trainer.current_epoch + 1
        if done % self.every == 0:
            trainer.save_checkpoint(self.folder / f"epoch-{done:03d}.ckpt", weights_only=True)


class ProgressBar(RichProgressBar):
    """Progress bars without a version number, which a run folder does not have."""

    def get_metrics(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> dict[str, Any]:
        return {name: value for name, value in super().get_metrics(trainer, pl_module).items() if name != "v_num"}


class CurvesFile(CSVLogger):
    """`metrics.csv` in the run folder itself."""

    @property
    def log_dir(self) -> str:
        return str(self.save_dir)


def train(
    config: Mapping[str, Any], folder: ActiveRun, facts: Mapping[str, Any], callbacks: Sequence[Callback] = ()
) -> dict[str, Any]:
    """Trains and tests what a settled config describes.

    Args:
        config: settled, see `wsed.config.validate.settle`.
        folder: where to; it is started once the data are there.
        facts: more entries of `results.json`, such as the command.
        callbacks: that look on while it trains.

    Returns:
        What `results.json` holds.

    Raises:
        UserError: data that cannot be used.
        TrainingDivergedError: the loss is not a number.
    """
    check_devices(config["trainer"])
    if config["compile"]:
        check_compiler()
    pl.seed_everything(config["seed"], verbose=False)
    data = instantiate(config["data"]["module"])
    data.setup()
    evaluator, postprocessing = build_evaluator(config), instantiate(config["postprocessing"])
    if isinstance(postprocessing, FittedPostprocessing) and "val" not in data.sets:
        raise UserError(
            "postprocessing=tuned needs a validation split; give data.folds.val folds and data.clips.val clips"
        )
    if data.audio is not None and data.audio.folder is not None:
        print(f"{data.audio.folder}: {data.audio.decoded} recordings decoded now, {data.audio.size / 1e6:.0f} MB kept")
    git = git_state()
    system = build_system(config)
    checkpoint = resume_checkpoint(config, folder.path)
    folder.start(resumed=checkpoint is not None)
    print(f"{folder.path}: {'running' if checkpoint is None else 'goes on'}")
    curves = Curves(folder.path, checkpoint)
    if checkpoint is None:
        system.features.fit(training_waveforms(data.sets["train"], data.batch_size))
    wandb = instantiate(config["logger"]) if config["logger"] else None
    failed = True
    try:
        before = curves.kept()
        logger = [wandb.start(folder.path.name, folder.identity, folder.path, config, before)] if wandb else []
        watching = [*callbacks, *_bars(config)]
        evaluation, timing = _fit_and_test(
            config, folder.path, system, data, logger, evaluator, postprocessing, checkpoint, watching
        )
        curves.join()
        results = {
            "name": config["name"],
            "identity": folder.identity,
            **facts,
            "labels": list(system.labels),
            "seed": config["seed"],
            "decoded": data.audio.decoded if data.audio else 0,
            "skipped": data.audio.skipped if data.audio else {},
            "parameters": sum(parameter.numel() for parameter in system.parameters()),
            "precision": precision(config["trainer"]),
            "validation": _validation(folder.path / "metrics.csv", config),
            **evaluation.plain(),
            "timing": timing,
            "versions": versions(),
            "git": git,
        }
        failed = False
        return results
    finally:
        if wandb:
            wandb.finish(failed)


def build_system(config: Mapping[str, Any]) -> System:
    """The untrained system of a settled config."""
    names = ("features", "augmentation", "pooling", "loss", "optimizer", "schedule")
    parts = {name: config[name] for name in names}
    return System.from_description({**config["model"], "labels": config["data"]["labels"], **parts})


def training_waveforms(clips: ClipDataset, batch_size: int) -> Iterator[Tensor]:
    """The waveforms of a set's first epoch, in order, batch by batch; clip by clip where some are padded."""
    for start in track(range(0, len(clips), batch_size), "Measuring features", transient=True):
        batch = clips[[(0, index) for index in range(start, min(start + batch_size, len(clips)))]]
        if batch.lengths is None:
            yield batch.waveform
        else:
            for waveform, length in zip(batch.waveform, batch.lengths.tolist(), strict=True):
                yield waveform[None, :length]


def _fit_and_test(
    config: Mapping[str, Any],
    folder: Path,
    system: System,
    data: ClipDataModule,
    loggers: list[Logger],
    evaluator: Evaluator,
    postprocessing: Postprocessing | FittedPostprocessing,
    checkpoint: Path | None,
    watching: Sequence[Callback],
) -> tuple[Evaluation, dict[str, float]]:
    """Scores by flat name, and seconds of training and testing; goes on from a checkpoint if there is one."""
    started = time.perf_counter()
    trainer, best = _fit(config, folder, system, data, [CurvesFile(folder, name=""), *loggers], checkpoint, watching)
    trained = time.perf_counter()
    if config["test"] == "best" and "val" in data.sets:
        system = System.load(best)
    # On one device, whatever it was trained on: so each clip is scored once.
    alone = {**config["trainer"], **ALONE}
    tester = make_trainer(alone, default_root_dir=folder, callbacks=_bars(config), logger=False)
    if isinstance(postprocessing, FittedPostprocessing):
        tester.validate(system, datamodule=data, verbose=False)
        assert system.scorer is not None
        postprocessing = postprocessing.fit(system.scorer.outputs())
    write_text(folder / "postprocessing.json", json.dumps(postprocessing.description(), indent=2) + "\n")
    evaluation = test(tester, system, data, postprocessing, evaluator, folder / "predictions")
    for logger in trainer.loggers:
        numbers = {f"test/{name}": value for name, value in evaluation.results.items() if not isinstance(value, tuple)}
        logger.log_metrics(numbers, trainer.global_step)
        logger.save()
    timing = {"train_seconds": trained - started, "test_seconds": time.perf_counter() - trained}
    return evaluation, {name: round(value, 1) for name, value in timing.items()}


def follow(config: Mapping[str, Any], folder: Path) -> None:
    """Trains along with the first process of a run, which does all else.

    Args:
        config: settled, as the run folder has it.
        folder: of the run.
    """
    check_devices(config["trainer"])
    pl.seed_everything(config["seed"], verbose=False)
    data = instantiate(config["data"]["module"])
    data.setup()
    # Weights and statistics of features come from the first process.
    _fit(config, folder, build_system(config), data, [], resume_checkpoint(config, folder), _bars(config))


def _validation(curves: Path, config: Mapping[str, Any]) -> dict[str, float]:
    """What the weights that are tested reach in `monitor`; empty without a validation split."""
    name = config["monitor"]
    table = pd.read_csv(curves) if curves.is_file() else pd.DataFrame()
    if name not in table:
        return {}
    values = table[name].dropna()
    if config["test"] == "best":
        return {name: float(values.max() if config["monitor_mode"] == "max" else values.min())}
    return {name: float(values.iloc[-1])}


def resume_checkpoint(config: Mapping[str, Any], folder: Path) -> Path | None:
    """The checkpoint that a run goes on from, or None for one that starts anew."""
    # What was to be trained anew has been, when Slurm has put it back into the queue.
    anew = config["resume"] == "never" or (config["force"] and not slurm_job.restarts())
    return None if anew else last_checkpoint(folder)


def _fit(
    config: Mapping[str, Any],
    folder: Path,
    system: System,
    data: ClipDataModule,
    loggers: list[Logger],
    checkpoint: Path | None,
    watching: Sequence[Callback],
) -> tuple[pl.Trainer, str]:
    """Trains; returns the trainer, and the path of the best weights on the validation split."""
    # At the very end of an epoch, after validation, where nothing of the epoch is left to be done again.
    at_end: dict[str, Any] = {"save_on_train_epoch_end": True, "enable_version_counter": False}
    callbacks: list[Callback] = [NanGuard(folder), RngState(), EpochRow()]
    best = ModelCheckpoint(
        folder / "checkpoints", filename="best", monitor=config["monitor"], mode=config["monitor_mode"], **at_end
    )
    if "val" in data.sets:
        callbacks.append(best)
    callbacks.append(ModelCheckpoint(folder / "checkpoints", filename="last", **at_end))
    if config["keep_every"]:
        callbacks.append(EpochSnapshots(folder / "checkpoints", config["keep_every"]))
    trainer = make_trainer(
        config["trainer"],
        [AtomicCheckpointIO()],
        default_root_dir=folder,
        callbacks=[*callbacks, *watching],
        logger=loggers,
    )
    if config["compile"]:
        system.network.compile()
    try:
        trainer.fit(system, datamodule=data, ckpt_path=checkpoint)
    except BaseException:
        leave_group(trainer, failed=True)
        raise
    leave_group(trainer, failed=False)
    return trainer, best.best_model_path


def _bars(config: Mapping[str, Any]) -> list[Callback]:
    return [ProgressBar()] if config["trainer"]["enable_progress_bar"] else []


def test(
    trainer: pl.Trainer,
    system: System,
    data: ClipDataModule,
    postprocessing: Postprocessing,
    evaluator: Evaluator,
    folder: Path,
) -> Evaluation:
    """Tests a system and leaves what it said.

    Args:
        trainer: runs the test split.
        system: trained.
        data: whose test split.
        postprocessing: from scores to events and tags.
        evaluator: scores the predictions.
        folder: gets the predictions, see `PredictionCollector.write`, and `events.tsv`.

    Returns:
        The scores.
    """
    examples = ExampleRecorder()
    trainer.callbacks.append(examples)  # type: ignore[attr-defined]  # not in its annotations
    trainer.test(system, datamodule=data, verbose=False)
    scorer = system.scorer
    assert scorer is not None
    scorer.write(PredictionFiles(folder))
    examples.write(folder, system.features.sample_rate)
    outputs = scorer.outputs(postprocessing)
    assert outputs.events is not None
    write_tsv(outputs.events, folder / "events.tsv")
    return evaluator.evaluate(outputs).with_logged(trainer.callback_metrics)
