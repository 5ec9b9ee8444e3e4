"""The interface of launchers, and the execution of one run of a sweep."""

import sys
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsed.errors import PrunedError, RunBusyError, TrainingDivergedError, UserError
from wsed.runs.active_run import ActiveRun
from wsed.runs.planned_run import PlannedRun
from wsed.training.execute import Outcome, execute

if TYPE_CHECKING:
    from pytorch_lightning.callbacks import Callback


@dataclass(frozen=True)
class SweepRun:
    """One run of a sweep. It can be pickled and sent to the process that executes it.

    Attributes:
        plan: the planned run.
        watching: creates further callbacks in that process.
    """

    plan: PlannedRun
    watching: Callable[[], Sequence["Callback"]] = tuple


class Launcher(ABC):
    """Executes the runs of a sweep. One file with a subclass and one YAML in `conf/launcher/` add a launcher."""

    @abstractmethod
    def launch(self, runs: Sequence[SweepRun]) -> list[Outcome]:
        """Executes runs, and waits for all of them.

        Raises:
            UserError: they cannot be executed here.
        """


def execute_in_sweep(run: SweepRun) -> Outcome:
    """Executes one run. A failure is recorded and printed, and does not affect the other runs of the sweep."""
    try:
        return execute(run.plan, run.watching)
    except RunBusyError as error:
        print(error, flush=True)
        return Outcome("running")
    except PrunedError as error:
        print(f"{run.plan.path}: {error}", flush=True)
        return Outcome("pruned")
    except (UserError, TrainingDivergedError) as error:
        ActiveRun(run.plan).end("failed", error)
        print(f"wsed: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        return Outcome("failed")
    except Exception as error:
        ActiveRun(run.plan).end("failed", error)
        traceback.print_exception(error)
        return Outcome("failed")
