"""`wsed train`: a Hydra app."""

import os
import shlex
import sys
import traceback
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from wsed.commands.parser import mistake
from wsed.config.compose import PRIMARY, compose_config, first, hydra_initialized, jobs
from wsed.config.groups import conf_folder, groups
from wsed.config.instantiate import instantiate, locate
from wsed.config.validate import OF_THE_SWEEP, validate
from wsed.errors import PrunedError, UserError
from wsed.runs import slurm_job
from wsed.runs.active_run import ActiveRun
from wsed.sweeps.state import alone, record, same_grid, states
from wsed.training.allocator import keep_freed_memory
from wsed.training.warnings import silence_lightning


@dataclass(frozen=True)
class Sweep:
    """Several runs of one command.

    Attributes:
        folder: of them all.
        names: of their folders; None where they are chosen as it goes.
    """

    folder: Path
    names: tuple[str, ...] | None


def main(words: list[str]) -> int:
    """Trains what the config describes; returns the exit code."""
    # With this set, Hydra hands errors over instead of printing them with a traceback.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    arguments = get_args_parser().parse_intermixed_args(words)
    asks = arguments.cfg or arguments.info or arguments.hydra_help
    try:
        sweep = check(arguments.overrides, arguments.multirun, compose_only=bool(asks))
        # Hydra itself does not take options between overrides.
        options = [word for word in words if word not in arguments.overrides]
        sys.argv = ["wsed train", *options, *arguments.overrides]
        app = hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name=PRIMARY)(run)
        if sweep is None:
            app()
            return 0
        with alone(sweep.folder) if sweep.names is not None else nullcontext():
            if sweep.names is not None:
                same_grid(sweep.folder, sweep.names)
                record(sweep.folder, sweep.names)
            app()
            return _compare(sweep)
    except UserError as error:
        return mistake(str(error))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        print("wsed: stopped", file=sys.stderr)
        return 1
    except Exception as error:
        traceback.print_exception(error)
        return 1


def check(overrides: list[str], multirun: bool, compose_only: bool) -> Sweep | None:
    """Composes and checks every run of a command before the first one starts.

    Args:
        overrides: of the command line.
        multirun: whether they are a sweep.
        compose_only: values may still be missing, as for `--cfg job`.

    Returns:
        The sweep, if it is one and not with `compose_only`.

    Raises:
        UserError: naming what is wrong.
    """
    with hydra_initialized():
        if not multirun:
            config = compose_config(overrides)
            if not compose_only:
                _checked(config, multirun)
            return None
        config = compose_config(first(overrides))
        words = [*(f"{key}={value}" for key, value in config.sweeper.params.items()), *overrides]
        config = compose_config(first(words))
        if compose_only:
            return None
        folder = _checked(config, multirun).parent
        for name in OF_THE_SWEEP:
            instantiate(OmegaConf.to_container(config[name], resolve=True))
        if not _is_grid(config):
            return Sweep(folder, None)
        return Sweep(folder, tuple(_checked(compose_config(job), multirun).name for job in jobs(words)))


def _checked(config: DictConfig, multirun: bool) -> Path:
    """The folder of a run whose config is sound."""
    plain, own = validate(config), config.hydra
    path = Path(own.sweep.dir, own.sweep.subdir) if multirun else Path(own.run.dir)
    ActiveRun(path, plain).holds_this_run()
    return path


def _is_grid(config: DictConfig) -> bool:
    """Whether all runs of a sweep are known before the first."""
    return not hasattr(locate(config.sweeper._target_), "pruning")


def run(config: DictConfig) -> float | str:
    """One job of the Hydra app. In a sweep, one that fails leaves the rest alone; its folder says why.

    Returns:
        What the weights that were tested reach in `monitor`, if there is a validation split, otherwise how it ended.

    Raises:
        SystemExit: the job cannot be done, which was said in one line. Hydra would add lines of its own to any other.
    """
    from wsed.training.run import TrainingDivergedError, train

    started = HydraConfig.get()
    plain = validate(config)
    in_sweep = started.mode == RunMode.MULTIRUN
    facts = _facts(started)
    folder = ActiveRun(Path(started.runtime.output_dir), plain, facts["command"])
    silence_lightning()
    keep_freed_memory()
    slurm_job.requeue_when_told()
    if slurm_job.rank():
        return _follow(folder, plain)
    if folder.holds_this_run() and not plain["force"]:
        print(f"{folder.path}: is done already; force=true trains it anew")
        return folder.reached()
    if elsewhere := folder.runs_elsewhere():
        said = f"{folder.path}: is being trained by {elsewhere}; wait for it, or stop it first"
        if not in_sweep:
            raise SystemExit(mistake(said))
        print(said)
        return "running"
    callbacks = []
    try:
        if in_sweep and not _is_grid(config):
            record(folder.path.parent, [folder.path.name])
            callbacks.append(
                instantiate(OmegaConf.to_container(config.sweeper, resolve=True)).pruning(folder.path.parent)
            )
        folder.finish(train(plain, folder, facts, callbacks))
        return folder.reached()
    except PrunedError as error:
        folder.end("pruned", error, in_sweep)
        print(f"{folder.path}: {error}")
        return "pruned"
    except (UserError, TrainingDivergedError) as error:
        folder.end("failed", error, in_sweep)
        code = mistake(str(error)) if isinstance(error, UserError) else _failure(error)
        if not in_sweep:
            raise SystemExit(code) from error
        return "failed"
    except Exception as error:
        folder.end("failed", error, in_sweep)
        if not in_sweep:
            raise
        traceback.print_exception(error)
        return "failed"
    except BaseException as error:
        folder.end("stopped", error, in_sweep)
        raise


def _follow(folder: ActiveRun, plain: dict[str, Any]) -> str:
    """Trains along in a task of Slurm's that is not the first, which may be writing the folder just now."""
    from wsed.training.run import follow

    if folder.is_done() and not plain["force"]:
        return "done"
    try:
        follow(plain, folder.path)
    except UserError as error:
        raise SystemExit(mistake(str(error))) from error
    return "done"


def _failure(error: Exception) -> int:
    print(f"wsed: {error}", file=sys.stderr)
    return 1


def _facts(started: Any) -> dict[str, Any]:
    """How the run was asked for."""
    overrides = [str(word) for word in started.overrides.task if not str(word).lstrip("+~").startswith(OF_THE_SWEEP)]
    choices = {group: choice for group, choice in started.runtime.choices.items() if "/" not in group}
    return {
        "overrides": overrides,
        "command": shlex.join(["wsed", "train", *overrides]),
        "choices": {
            group: choice for group, choice in choices.items() if group in groups() and group not in OF_THE_SWEEP
        },
    }


def _compare(sweep: Sweep) -> int:
    """Compares the runs of a sweep and says how many failed; returns the exit code."""
    from wsed.reports.page.write import write_page
    from wsed.reports.runs import read_runs
    from wsed.reports.terminal import print_comparison

    found = states(sweep.folder)
    names = sweep.names or tuple(found)
    folders = [sweep.folder / name for name in names if found[name][0] in ("done", "failed")]
    if len(folders) > 1:
        runs = read_runs(folders)
        print_comparison(runs)
        print(f"\nThe comparison with pictures and sounds: {write_page(runs, sweep.folder)}")
    # Another worker of the same study may still be at one.
    left = Counter(found[name][0] for name in names if found[name][0] not in ("done", "pruned", "running"))
    if not left:
        return 0
    counts = ", ".join(f"{count} {state}" for state, count in left.items())
    print(f"wsed: of the runs, {counts}; `wsed sweep status {sweep.folder}` says why", file=sys.stderr)
    return 1
