"""The launcher that executes one run after another."""

from collections.abc import Sequence

from wsed.sweeps.launchers.base import Launcher, SweepRun, execute_in_sweep
from wsed.training.execute import Outcome


class Serial(Launcher):
    """Executes one run after another in this process."""

    def launch(self, runs: Sequence[SweepRun]) -> list[Outcome]:
        return [execute_in_sweep(run) for run in runs]
