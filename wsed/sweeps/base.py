"""The interface of sweepers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from wsed.checks.ranges import Named, Scalar
from wsed.sweeps.launchers.base import Launcher


class Sweeper(ABC):
    """Chooses the runs of a sweep. One file with a subclass and one YAML in `conf/sweeper/` add one.

    Args:
        params: values to sweep over besides those of the command line, by key; the program adds them to the overrides.
    """

    def __init__(self, params: Named[Scalar]) -> None:
        self.params = params

    @abstractmethod
    def sweep(self, overrides: Sequence[str], folder: Path, launcher: Launcher) -> list[str]:
        """Plans the runs, launches them and waits for them. Hydra must be initialized.

        Args:
            overrides: the overrides of the whole sweep.
            folder: the sweep folder.
            launcher: executes the runs.

        Returns:
            The names of the run folders.

        Raises:
            UserError: a run is invalid, or cannot be launched.
        """
