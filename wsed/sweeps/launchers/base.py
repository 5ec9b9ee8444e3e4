"""The interface of launchers, and the execution of one run of a sweep."""

import sys
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wsed.errors import LeaseLostError, PrunedError, RunBusyError, explained, one_line
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

    def warm_up(self) -> None:  # noqa: B027  # most launchers have nothing to do
        """Begins what needs no runs yet, while they are planned."""

    @abstractmethod
    def launch(self, runs: Sequence[SweepRun]) -> list[Outcome]:
        """Executes runs, and waits for all of them.

        Raises:
            UserError: they cannot be executed here.
        """


def execute_in_sweep(run: SweepRun) -> Outcome:
    """Executes one run. A failure is recorded and printed, and does not affect the other runs of the sweep."""
    try:
        return execute(run.plan, run.watching, record_refusal=True)
    except (RunBusyError, LeaseLostError) as error:
        print(one_line(str(error)), flush=True)
        return Outcome("running")
    except PrunedError as error:
        print(f"{run.plan.path}: {error}", flush=True)
        return Outcome("pruned")
    except Exception as error:
        said = explained(error)
        if said is None:
            traceback.print_exception(error)
        else:
            print(f"wsed: {one_line(said[0])}", file=sys.stderr, flush=True)
        return Outcome("failed")
