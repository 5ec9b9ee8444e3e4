"""The sweeper that runs every combination of values."""

from collections.abc import Sequence
from pathlib import Path

from wsed.config.compose import expand_grid, swept_keys
from wsed.sweeps.base import Sweeper
from wsed.sweeps.launchers.base import Launcher, SweepRun
from wsed.sweeps.plan import plan_sweep_run
from wsed.sweeps.state import add_runs, check_same_sweep, sweep_lock


class Grid(Sweeper):
    """Runs every combination of comma-separated values. All runs are planned before the first one starts."""

    def sweep(self, overrides: Sequence[str], folder: Path, launcher: Launcher) -> list[str]:
        swept = swept_keys(list(overrides))
        plans = [plan_sweep_run(words, swept) for words in expand_grid(list(overrides))]
        names = [plan.path.name for plan in plans]
        with sweep_lock(folder):
            check_same_sweep(folder, names)
            add_runs(folder, names)
            launcher.launch([SweepRun(plan) for plan in plans])
        return names
