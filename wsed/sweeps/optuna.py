"""Runs that Optuna chooses by what the ones before reached."""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import optuna
import pytorch_lightning as pl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import Trial, TrialState
from pytorch_lightning.callbacks import Callback

from wsed.errors import PrunedError, UserError
from wsed.runs.process import alive

JOURNAL = "optuna.journal"
"""Of a sweep folder; several processes may write it."""


class OptunaSweeper(Sweeper):
    """Trials of a study, each a run: the values of its overrides are drawn, and `monitor` is what it is for.

    The same command again goes on with the study, and started several times at once, or on several machines that share
    the storage, it has as many workers. Trials whose worker was killed are done again, from their last checkpoint.

    Args:
        trials: how many the study has in the end, over all workers.
        parallel: that this worker launches at a time.
        sampler: how values are drawn, `tpe` or `random`.
        seed: of the sampler.
        pruner: what stops a run that falls behind the others at the same epoch.
        warmup: epochs in which none is stopped.
        storage: URL of a database, or None for a file in the sweep's folder.
        study: name in the storage.
        monitor: metric of the validation split.
        mode: whether the highest or the lowest is best.
        trial: number of the trial that a run belongs to, which the sweeper sets.
        params: values to sweep over besides those of the command line, by key.

    Raises:
        UserError: counts below 1.
    """

    def __init__(
        self,
        trials: int,
        parallel: int,
        sampler: Literal["tpe", "random"],
        seed: int,
        pruner: Literal["median", "hyperband", "none"],
        warmup: int,
        storage: str | None,
        study: str,
        monitor: str,
        mode: Literal["max", "min"],
        trial: int | None,
        params: Mapping[str, Any],
    ) -> None:
        for name, count in (("trials", trials), ("parallel", parallel)):
            if count < 1:
                raise UserError(f"sweeper.{name}={count}: needs 1 or more")
        self.trials = trials
        self.parallel = parallel
        self.sampler = sampler
        self.seed = seed
        self.pruner = pruner
        self.warmup = warmup
        self.storage = storage
        self.name = study
        self.monitor = monitor
        self.mode = mode
        self.trial = trial
        self.params = params

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.folder = Path(config.hydra.sweep.dir)
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> None:
        fixed, space = space_of([*(f"{key}={value}" for key, value in self.params.items()), *arguments])
        study = self.open(self.folder)
        _take_up(study)
        while (left := self.trials - _counted(study)) > 0:
            trials = []
            for _ in range(min(left, self.parallel)):
                # A new one each time, so that a study that was interrupted goes on as if it had not been.
                study.sampler = self._sampler(len(study.trials))
                trials.append(study.ask(space))
                trials[-1].set_user_attr("worker", {"host": socket.gethostname(), "pid": os.getpid()})
            words = [[*fixed, *_values(trial), f"sweeper.trial={trial.number}"] for trial in trials]
            for trial, done in zip(trials, self.launcher.launch(words, trials[0].number), strict=True):
                _tell(study, trial, done)
            if not any(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in study.trials):
                raise UserError(f"{self.folder}: the first trials failed; `wsed sweep status {self.folder}` says why")
        best = study.best_trial
        print(f"\nBest of {len(study.trials)} trials, {self.monitor} {best.value:.4g}: {' '.join(_values(best))}")

    def open(self, folder: Path) -> optuna.Study:
        """The study, made if it is not there.

        Args:
            folder: of the sweep.
        """
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        folder.mkdir(parents=True, exist_ok=True)
        storage: str | BaseStorage = self.storage or JournalStorage(JournalFileBackend(str(folder / JOURNAL)))
        return optuna.create_study(
            study_name=self.name,
            storage=storage,
            sampler=self._sampler(0),
            pruner=self._pruner(),
            direction="maximize" if self.mode == "max" else "minimize",
            load_if_exists=True,
        )

    def pruning(self, folder: Path) -> "Pruning":
        """What stops the run of `trial` if it falls behind.

        Args:
            folder: of the sweep.
        """
        assert self.trial is not None
        study = self.open(folder)
        return Pruning(Trial(study, study.trials[self.trial]._trial_id), self.monitor)

    def _sampler(self, drawn: int) -> BaseSampler:
        seed = self.seed + 1000 * drawn
        return RandomSampler(seed=seed) if self.sampler == "random" else TPESampler(seed=seed, constant_liar=True)

    def _pruner(self) -> BasePruner:
        if self.pruner == "hyperband":
            return HyperbandPruner(min_resource=max(1, self.warmup))
        return MedianPruner(n_warmup_steps=self.warmup) if self.pruner == "median" else NopPruner()


class Pruning(Callback):
    """Tells Optuna after each validation how the run does, and stops it if Optuna says so.

    Args:
        trial: that the run belongs to.
        monitor: metric of the validation split.
    """

    def __init__(self, trial: Trial, monitor: str) -> None:
        self.trial = trial
        self.monitor = monitor

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.datamodule.val_dataloader():  # type: ignore[attr-defined]  # not in its annotations
            raise UserError("sweeper=optuna needs a validation split, to choose by; give the data one")

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.sanity_checking:
            return
        self.trial.report(float(trainer.callback_metrics[self.monitor]), trainer.current_epoch)
        if self.trial.should_prune():
            raise PrunedError(f"stopped by Optuna after epoch {trainer.current_epoch}, for it was behind the others")


def space_of(arguments: Sequence[str]) -> tuple[list[str], dict[str, BaseDistribution]]:
    """What is the same in all trials, as overrides, and what values are drawn from, by key.

    A list (`1,2,3`), `choice(...)` or `range(...)` is a set, `interval(1e-4, 1e-2)` is continuous, of whole numbers as
    `int(interval(1, 5))`, and on a logarithmic scale as `tag(log, interval(...))`. A key that comes twice counts as it
    comes last.
    """
    fixed: dict[str, str] = {}
    space: dict[str, BaseDistribution] = {}
    for override in OverridesParser.create().parse_overrides(list(arguments)):
        key = override.get_key_element()
        fixed.pop(key, None)
        space.pop(key, None)
        if override.is_sweep_override():
            space[key] = _distribution(override)
        else:
            fixed[key] = f"{key}={override.get_value_element_as_str()}"
    return list(fixed.values()), space


def _distribution(override: Override) -> BaseDistribution:
    value = override.value()
    if isinstance(value, IntervalSweep):
        assert value.start is not None
        assert value.end is not None
        log = "log" in value.tags
        if isinstance(value.start, int) and isinstance(value.end, int):
            return IntDistribution(value.start, value.end, log=log)
        return FloatDistribution(value.start, value.end, log=log)
    return CategoricalDistribution(list(override.sweep_string_iterator()))


def _values(trial: Trial | optuna.trial.FrozenTrial) -> list[str]:
    return [f"{key}={value}" for key, value in trial.params.items()]


def _counted(study: optuna.Study) -> int:
    return sum(trial.state != TrialState.WAITING and "again" not in trial.user_attrs for trial in study.trials)


def _take_up(study: optuna.Study) -> None:
    """Has trials done again whose worker is gone."""
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        worker = trial.user_attrs.get("worker")
        if worker is None or not alive(worker):
            own = Trial(study, trial._trial_id)
            own.set_user_attr("again", True)
            study.tell(trial.number, state=TrialState.FAIL)
            study.enqueue_trial(trial.params)


def _tell(study: optuna.Study, trial: Trial, done: JobReturn) -> None:
    value = done.return_value if done.status == JobStatus.COMPLETED else "failed"
    if value == "pruned":
        study.tell(trial, state=TrialState.PRUNED)
    elif isinstance(value, float):
        study.tell(trial, value)
    else:
        study.tell(trial, state=TrialState.FAIL)
