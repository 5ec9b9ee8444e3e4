"""Plans of runs: composed, validated, and given a folder, before anything starts."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from wsed.config.compose import compose_config
from wsed.config.groups import groups
from wsed.config.identity import identity
from wsed.config.program import SWEEP_SECTIONS
from wsed.config.validate import validate
from wsed.runs.active_run import ActiveRun
from wsed.runs.planned_run import PlannedRun
from wsed.sweeps.names import run_name

NAME = "{run}"
"""Placeholder for the run's name in `hydra.run.dir` and `hydra.sweep.subdir`; the name depends on the whole config."""


def plan_run(overrides: Sequence[str]) -> PlannedRun:
    """Plans the single run that overrides describe.

    Raises:
        UserError: an override matches no key, a value is invalid, or the folder holds something else.
    """
    config = compose_config(list(overrides))
    return _plan(config, Path(config.hydra.run.dir))


def plan_sweep_run(overrides: Sequence[str], swept: Collection[str]) -> PlannedRun:
    """Plans one run of a sweep.

    Args:
        overrides: overrides of this run.
        swept: keys that differ among the runs of the sweep.

    Raises:
        UserError: see `plan_run`.
    """
    config = compose_config(list(overrides))
    path = Path(config.hydra.sweep.dir, config.hydra.sweep.subdir)
    return _plan(config, path, swept)


def sweep_words(overrides: Sequence[str], config: DictConfig) -> list[str]:
    """All overrides of a sweep: those in `sweeper.params` of its config, then those of the command line."""
    params: Any = OmegaConf.to_container(config.sweeper.get("params") or OmegaConf.create({}))
    return [*(f"{key}={value}" for key, value in params.items()), *overrides]


def _plan(config: DictConfig, path: Path, swept: Collection[str] = ()) -> PlannedRun:
    values = validate(config)
    own = identity(config)
    overrides = [str(word) for word in config.hydra.overrides.task if not str(word).lstrip("+~").startswith(_SWEEP)]
    if path.name == NAME:
        path = path.with_name(run_name(path.parent, overrides, swept, own))
    chosen = config.hydra.runtime.choices
    known = groups()
    choices = {name: chosen[name] for name in chosen if name in known and name not in SWEEP_SECTIONS}
    plain: Any = OmegaConf.to_container(OmegaConf.create(choices))
    plan = PlannedRun(path, values, own, overrides, plain, tuple(swept))
    ActiveRun(plan).check_folder()
    return plan


_SWEEP = tuple(f"{section}{end}" for section in SWEEP_SECTIONS for end in ("=", ".", "@"))
