"""Executes a planned run in this process and records how it ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsed.errors import PrunedError, UserError
from wsed.imports import quick_imports
from wsed.runs import slurm_job
from wsed.runs.active_run import ActiveRun, is_forced
from wsed.runs.planned_run import PlannedRun
from wsed.training.allocator import keep_freed_memory
from wsed.training.warnings import silence_lightning

if TYPE_CHECKING:
    from pytorch_lightning.callbacks import Callback


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        status: `done`, `failed`, `pruned`, or `running` for one that another process executes.
        value: the value of `monitor` for the tested weights; None without a validation split, or if the run is not
            done.
    """

    status: str
    value: float | None = None


def execute(
    plan: PlannedRun, watching: Callable[[], Sequence["Callback"]] = tuple, record_refusal: bool = False
) -> Outcome:
    """Trains and tests a run, unless it is done. If the run stops early, its folder records why.

    Args:
        plan: the planned run.
        watching: creates further callbacks, once PyTorch has been loaded.
        record_refusal: whether the folder also records that a run was refused before its training; otherwise such a
            run leaves no folder.

    Raises:
        UserError: the folder holds something else, another process executes the run, or it cannot be trained.
        PrunedError: the run is not worth continuing.
        TrainingDivergedError: the loss is not finite.
        LeaseLostError: another process has taken over the run folder.
        StoppedError: a signal asks this process to stop.
    """
    # Before PyTorch is loaded: that takes seconds, and Slurm may send a signal meanwhile.
    slurm_job.requeue_when_told()
    active = ActiveRun(plan)
    if slurm_job.rank():
        return _join(active)
    active.check_folder()
    if not _is_done(active):
        with active.held():
            # Another process may have finished it, or another run, before this one held the lease.
            active.check_folder()
            if not _is_done(active):
                _train(active, watching, record_refusal)
                return Outcome("done", active.monitored_value())
    print(f"{plan.path}: is done already; force=true trains it again")
    try:
        return Outcome("done", active.monitored_value())
    except UserError as error:
        if record_refusal:
            # The next start of the sweep then tests the run again.
            with active.held():
                active.end("failed", error)
        raise


def _is_done(active: ActiveRun) -> bool:
    return active.is_done() and not is_forced(active.plan.config, active.folder)


def _train(active: ActiveRun, watching: Callable[[], Sequence["Callback"]], record_refusal: bool) -> None:
    try:
        with quick_imports():
            from wsed.training.process_settings import kept_settings
            from wsed.training.run import train

        silence_lightning()
        keep_freed_memory()
        with kept_settings():
            train(active, watching())
    except BaseException as error:
        # What happens to a copy of a finished run, such as its upload, does not undo the run.
        if (active.started or record_refusal) and not active.finished:
            active.end(_status_of(error), error)
        raise


def _join(active: ActiveRun) -> Outcome:
    """Joins the training in a Slurm task other than the first, which may be writing the folder at this moment."""
    if not _is_done(active):
        with quick_imports():
            from wsed.training.run import join

        silence_lightning()
        keep_freed_memory()
        join(active.plan.config, active.folder)
    return Outcome("done")


def _status_of(error: BaseException) -> str:
    if isinstance(error, PrunedError):
        return "pruned"
    return "failed" if isinstance(error, Exception) else "stopped"
