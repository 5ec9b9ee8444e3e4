"""Trials of an Optuna study whose worker was killed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import Trial, TrialState

from wsed.checks.names import below, check_part
from wsed.runs import process
from wsed.runs.lease_file import is_held


def repeat_lost_trials(study: optuna.Study, folder: Path, shared: bool) -> None:
    """Puts trials back into the queue if their worker no longer exists.

    A trial without a worker counts as lost, so no trial may be drawn meanwhile.

    Args:
        study: the study.
        folder: the sweep folder, in which each worker holds a lease.
        shared: whether all workers have this folder. With a database they need not; a worker whose lease is not here
            is then lost only if its process is known to be gone.
    """
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        if not _is_at_work(trial.user_attrs.get("worker"), folder, shared):
            lost = Trial(study, trial._trial_id)
            lost.set_user_attr("again", True)
            study.tell(trial.number, state=TrialState.FAIL)
            study.enqueue_trial(trial.params)


def _is_at_work(worker: Mapping[str, Any] | None, folder: Path, shared: bool) -> bool:
    if worker is None:
        return False
    path = below(folder, check_part(str(worker.get("lease")), "worker"), "worker")
    if shared or path.exists():
        return is_held(path)
    return process.is_alive(worker) is not False
