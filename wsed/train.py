"""`wsed train`: a Hydra app."""

import os
import shlex
import sys
import traceback
from pathlib import Path
from typing import Any

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from wsed.cli import mistake
from wsed.composing import PRIMARY, composed, conf, jobs
from wsed.config import settle
from wsed.errors import UserError
from wsed.groups import conf_folder, groups
from wsed.memory import keep_memory
from wsed.quiet import silence_lightning
from wsed.runs import RunFolder
from wsed.sweep import record, states


def main(words: list[str]) -> int:
    """Trains what the config describes; returns the exit code."""
    # With this set, Hydra hands errors over instead of printing them with a traceback.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    arguments = get_args_parser().parse_intermixed_args(words)
    asks = arguments.cfg or arguments.info or arguments.hydra_help
    try:
        folders = check(arguments.overrides, arguments.multirun, compose_only=bool(asks))
        # Hydra itself does not take options between overrides.
        options = [word for word in words if word not in arguments.overrides]
        sys.argv = ["wsed train", *options, *arguments.overrides]
        sweeps = arguments.multirun and folders
        if sweeps:
            record(folders)
        hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name=PRIMARY)(run)()
        if len(folders) > 1:
            _compare(folders)
        return _failures(folders[0].parent) if sweeps else 0
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


def check(overrides: list[str], multirun: bool, compose_only: bool) -> list[Path]:
    """Composes and checks every run of a command before the first one starts.

    Args:
        overrides: of the command line.
        multirun: whether they are a sweep.
        compose_only: values may still be missing, as for `--cfg job`.

    Returns:
        The folder of each run; none with `compose_only`.

    Raises:
        UserError: naming what is wrong.
    """
    found = []
    with conf():
        for job in jobs(overrides) if multirun else [overrides]:
            config = composed(job)
            if not compose_only:
                plain = settle(config)
                hydra_config = config.hydra
                path = Path(hydra_config.sweep.dir, hydra_config.sweep.subdir) if multirun else hydra_config.run.dir
                RunFolder(Path(path), plain).holds_this_run()
                found.append(Path(path))
    return found


def run(config: DictConfig) -> None:
    """One job of the Hydra app. In a sweep, one that fails leaves the rest alone; its folder says why.

    Raises:
        SystemExit: the job cannot be done, which was said in one line. Hydra would add lines of its own to any other.
    """
    from wsed.training import TrainingDivergedError, train

    started = HydraConfig.get()
    plain = settle(config)
    folder = RunFolder(Path(started.runtime.output_dir), plain)
    done = folder.holds_this_run()
    if done and not plain["force"]:
        print(f"{folder.path}: is done already; force=true trains it anew")
        return
    silence_lightning()
    keep_memory()
    in_sweep = started.mode == RunMode.MULTIRUN
    try:
        folder.finish(train(plain, folder, _facts(started)))
    except (UserError, TrainingDivergedError) as error:
        folder.fail(error, in_sweep)
        code = mistake(str(error)) if isinstance(error, UserError) else _failure(error)
        if not in_sweep:
            raise SystemExit(code) from error
    except Exception as error:
        folder.fail(error, in_sweep)
        if not in_sweep:
            raise
        traceback.print_exception(error)
    except BaseException as error:
        folder.fail(error, in_sweep)
        raise


def _failure(error: Exception) -> int:
    print(f"wsed: {error}", file=sys.stderr)
    return 1


def _failures(sweep: Path) -> int:
    """Says how many runs failed; returns the exit code."""
    failed = [name for name, (state, _) in states(sweep).items() if state == "failed"]
    if not failed:
        return 0
    print(f"wsed: {len(failed)} of the runs failed; `wsed sweep status {sweep}` says why", file=sys.stderr)
    return 1


def _facts(started: Any) -> dict[str, Any]:
    """How the run was asked for."""
    overrides = [str(word) for word in started.overrides.task]
    choices = {group: choice for group, choice in started.runtime.choices.items() if "/" not in group}
    return {
        "overrides": overrides,
        "command": shlex.join(["wsed", "train", *overrides]),
        "choices": {group: choice for group, choice in choices.items() if group in groups()},
    }


def _compare(folders: list[Path]) -> None:
    from wsed.reports.comparison import read_runs
    from wsed.reports.page import write_page
    from wsed.reports.table import print_comparison

    print_comparison(read_runs(folders))
    print(f"\nThe comparison with pictures and sounds: {write_page(folders, folders[0].parent)}")
