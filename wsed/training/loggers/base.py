"""The interface of loggers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from pytorch_lightning.loggers import Logger

from wsed.runs.planned_run import PlannedRun


class RunLogger(ABC):
    """Sends the curves and scores of a run somewhere besides `metrics.csv`.

    One file with a subclass and one YAML in `conf/logger/` add a logger.
    """

    @abstractmethod
    def start(self, plan: PlannedRun, rows: Sequence[Mapping[str, float]]) -> Logger:
        """Opens the log of a run.

        Args:
            plan: the planned run.
            rows: rows of `metrics.csv` from before the run was interrupted; empty for a run that was not.

        Returns:
            The Lightning logger that the trainer calls. It also gets the test scores, as `test/NAME`.

        Raises:
            UserError: the log cannot be opened.
        """

    def finish(self, failed: bool) -> None:  # noqa: B027  # most loggers have nothing to close
        """Closes the log, so that the next run of this process gets its own.

        A run that did not fail is over by then: its folder has all files and says that it is done, and an error of this
        method does not change that.

        Args:
            failed: whether the run ended with an error.
        """
