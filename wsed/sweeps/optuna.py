"""The sweeper that lets Optuna choose each run from the scores of earlier ones."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import optuna
from filelock import FileLock
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import Trial, TrialState

from wsed.checks.names import shortened
from wsed.checks.ranges import Count, CountFromZero, Few, Named, PathText, Scalar, Seed, Text
from wsed.errors import UserError
from wsed.runs import process
from wsed.runs.lease import Lease
from wsed.sweeps.base import Sweeper
from wsed.sweeps.launchers.base import Launcher, SweepRun
from wsed.sweeps.lost_trials import repeat_lost_trials
from wsed.sweeps.plan import plan_sweep_run
from wsed.sweeps.pruning import Pruning
from wsed.sweeps.search_space import space_of
from wsed.sweeps.state import add_runs
from wsed.training.execute import Outcome

JOURNAL = "optuna.journal"
"""File in the folder of a sweep; several processes may write it."""
LOCK = ".trials.lock"
"""File in the folder of a sweep, which is locked from the draw of a trial until it names its worker."""


@dataclass(frozen=True)
class Study:
    """Where a study is kept, so that any process can open it.

    Attributes:
        name: name in the storage.
        storage: URL of a database, or the path of a journal.
        direction: `maximize` or `minimize`.
        pruner: `median`, `hyperband` or `none`.
        warmup: number of first epochs in which no trial is pruned.
    """

    name: str
    storage: str | Path
    direction: Literal["maximize", "minimize"]
    pruner: str
    warmup: int

    def open(self, sampler: BaseSampler | None = None) -> optuna.Study:
        """The study, created if it does not exist.

        Raises:
            UserError: the storage cannot be opened, or holds something else.
        """
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            return self._open(sampler)
        # Each kind of storage has errors of its own.
        except Exception as error:
            reason, where = shortened(" ".join(str(error).split()), 160), shortened(str(self.storage))
            raise UserError(f"{where}: cannot store trials ({reason}); correct sweeper.storage") from error

    def _open(self, sampler: BaseSampler | None) -> optuna.Study:
        storage: str | BaseStorage = (
            JournalStorage(JournalFileBackend(str(self.storage))) if isinstance(self.storage, Path) else self.storage
        )
        return optuna.create_study(
            study_name=self.name,
            storage=storage,
            sampler=sampler,
            pruner=self._pruner(),
            direction=self.direction,
            load_if_exists=True,
        )

    def _pruner(self) -> BasePruner:
        if self.pruner == "hyperband":
            return HyperbandPruner(min_resource=max(1, self.warmup))
        return MedianPruner(n_warmup_steps=self.warmup) if self.pruner == "median" else NopPruner()


@dataclass(frozen=True)
class Watch:
    """Creates the callback that reports a trial to its study, in the process that executes the trial."""

    study: Study
    number: int
    monitor: str

    def __call__(self) -> list[Pruning]:
        study = self.study.open()
        return [Pruning(Trial(study, study.trials[self.number]._trial_id), self.monitor)]


class OptunaSweeper(Sweeper):
    """Runs the trials of a study: each trial is a run with values that Optuna draws to improve `monitor`.

    Repeating the command continues the study. The same command in several processes, also on several machines that
    share the storage, adds workers to the study. A trial is repeated from its last checkpoint if its worker was killed.

    Args:
        trials: total number of trials of the study, over all workers.
        parallel: number of trials that this worker launches at a time.
        sampler: how values are drawn, `tpe` or `random`.
        seed: seed of the sampler.
        pruner: how to choose runs to stop early, because they are behind others at the same epoch.
        warmup: number of first epochs in which no run is stopped.
        storage: URL of a database, or None for a file in the sweep folder.
        study: name of the study in the storage.
        monitor: metric of the validation split.
        mode: whether the highest or the lowest value is the best.
        params: see `Sweeper`.

    Raises:
        UserError: a count below 1.
    """

    def __init__(
        self,
        trials: Count,
        parallel: Few,
        sampler: Literal["tpe", "random"],
        seed: Seed,
        pruner: Literal["median", "hyperband", "none"],
        warmup: CountFromZero,
        storage: PathText | None,
        study: Text,
        monitor: Text,
        mode: Literal["max", "min"],
        params: Named[Scalar],
    ) -> None:
        super().__init__(params)
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
        self.study = study
        self.monitor = monitor
        self.mode = mode

    def sweep(self, overrides: Sequence[str], folder: Path, launcher: Launcher) -> list[str]:
        fixed, space = space_of(overrides)
        folder.mkdir(parents=True, exist_ok=True)
        direction: Literal["maximize", "minimize"] = "maximize" if self.mode == "max" else "minimize"
        described = Study(self.study, self.storage or folder / JOURNAL, direction, self.pruner, self.warmup)
        worker = process.describe()
        with Lease(folder / f".worker-{secrets.token_hex(8)}", "the worker") as lease:
            worker["lease"] = lease.path.name
            return self._search(described, worker, fixed, space, folder, launcher)

    def _search(
        self,
        described: Study,
        worker: Mapping[str, Any],
        fixed: Sequence[str],
        space: Mapping[str, BaseDistribution],
        folder: Path,
        launcher: Launcher,
    ) -> list[str]:
        """Launches trials until the study has enough of them; returns the names of the run folders."""
        study = described.open(self._sampler(0))
        lock = FileLock(folder / LOCK)
        with lock:
            repeat_lost_trials(study, folder, shared=isinstance(described.storage, Path))
        names: list[str] = []
        while (left := self.trials - _counted(study)) > 0:
            trials = []
            for _ in range(min(left, self.parallel)):
                with lock:
                    # A new sampler each time, so that a resumed study draws the same values as an uninterrupted one.
                    study.sampler = self._sampler(len(study.trials))
                    trials.append(study.ask(dict(space)))
                    trials[-1].set_user_attr("worker", dict(worker))
            plans = [plan_sweep_run([*fixed, *_values(trial)], list(space)) for trial in trials]
            runs = [
                SweepRun(plan, Watch(described, trial.number, self.monitor))
                for plan, trial in zip(plans, trials, strict=True)
            ]
            names += [run.plan.path.name for run in runs]
            add_runs(folder, names)
            for trial, outcome in zip(trials, launcher.launch(runs), strict=True):
                _tell(study, trial, outcome)
            if not any(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in study.trials):
                raise UserError(f"{folder}: the first trials failed; `wsed sweep status {folder}` says why")
        best = study.best_trial
        print(f"\nBest of {len(study.trials)} trials, {self.monitor} {best.value:.4g}: {' '.join(_values(best))}")
        return names

    def _sampler(self, drawn: int) -> BaseSampler:
        seed = (self.seed + 1000 * drawn) % 2**32
        return RandomSampler(seed=seed) if self.sampler == "random" else TPESampler(seed=seed, constant_liar=True)


def _values(trial: Trial | optuna.trial.FrozenTrial) -> list[str]:
    return [f"{key}={value}" for key, value in trial.params.items()]


def _counted(study: optuna.Study) -> int:
    return sum(trial.state != TrialState.WAITING and "again" not in trial.user_attrs for trial in study.trials)


def _tell(study: optuna.Study, trial: Trial, outcome: Outcome) -> None:
    if outcome.status == "pruned":
        study.tell(trial, state=TrialState.PRUNED)
    elif outcome.value is not None:
        study.tell(trial, outcome.value)
    else:
        study.tell(trial, state=TrialState.FAIL)
