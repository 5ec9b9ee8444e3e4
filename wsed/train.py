"""`wsed train`: a Hydra app."""

import os
import shlex
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import hydra
from hydra import compose, initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import ConfigCompositionException, HydraException, MissingConfigException
from omegaconf import DictConfig

from wsed.cli import group_table, mistake
from wsed.config import keys, settle
from wsed.errors import UserError
from wsed.groups import conf_folder, groups, nearest
from wsed.resolvers import register
from wsed.runs import RunFolder

HELP = """usage: wsed train [GROUP=CHOICE ...] [KEY=VALUE ...] [-m]

  -m, --multirun   one run for each combination of comma-separated values, then a comparison
  --cfg job        print the composed config and stop
  --hydra-help     Hydra's own options

Run folders are outputs/NAME/RUN; hydra.run.dir=DIR chooses another. A run that is done is not run again, unless with
force=true.

config groups:
{groups}"""


def main(words: list[str]) -> int:
    """Trains what the config describes; returns the exit code."""
    if "-h" in words or "--help" in words:
        print(HELP.format(groups=group_table()))
        return 0
    register()
    # With this set, Hydra hands errors over instead of printing them with a traceback.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        options = [word for word in words if word.startswith("-")]
        overrides = [word for word in words if not word.startswith("-")]
        folders: list[Path] = []
        if not set(options) - {"-m", "--multirun"}:
            folders = check(overrides, multirun=bool(options))
        sys.argv = ["wsed train", *words]
        hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="train")(run)()
        if len(folders) > 1:
            _compare(folders)
        return 0
    except UserError as error:
        return mistake(str(error))
    except HydraException as error:
        return mistake(_in_plain_words(error))
    except KeyboardInterrupt:
        print("wsed: stopped", file=sys.stderr)
        return 1
    except Exception as error:
        traceback.print_exception(error)
        return 1


def check(overrides: list[str], multirun: bool) -> list[Path]:
    """Composes and checks every run of a command before the first one starts.

    Args:
        overrides: of the command line.
        multirun: whether they are a sweep.

    Returns:
        The folder of each run.

    Raises:
        UserError: naming what is wrong.
    """
    found = []
    with initialize_config_dir(str(conf_folder()), job_name="train", version_base="1.3"):
        for job in _jobs(overrides) if multirun else [overrides]:
            config = _compose(job)
            folder = Path(config.hydra.sweep.dir, config.hydra.sweep.subdir) if multirun else Path(config.hydra.run.dir)
            RunFolder(folder, settle(config)).holds_this_run()
            found.append(folder)
    return found


def run(config: DictConfig) -> None:
    """One job of the Hydra app."""
    from wsed.training import train

    started = HydraConfig.get()
    plain = settle(config)
    folder = RunFolder(Path(started.runtime.output_dir), plain)
    done = folder.holds_this_run()
    if done and not plain["force"]:
        print(f"{folder.path}: is done already; force=true trains it anew")
        return
    _quiet()
    folder.start()
    print(f"{folder.path}: running")
    try:
        results = train(plain, folder, _facts(started))
    except BaseException as error:
        folder.set_status("failed", " ".join(f"{type(error).__name__}: {error}".split()))
        raise
    folder.finish(results)


def _facts(started: Any) -> dict[str, Any]:
    """How the run was asked for."""
    overrides = [str(word) for word in started.overrides.task]
    choices = {group: choice for group, choice in started.runtime.choices.items() if "/" not in group}
    return {
        "overrides": overrides,
        "command": shlex.join(["wsed", "train", *overrides]),
        "choices": {group: choice for group, choice in choices.items() if group in groups()},
    }


def _jobs(overrides: list[str]) -> list[list[str]]:
    """The overrides of every run of a sweep, as Hydra's own sweeper will make them."""
    parser = OverridesParser.create()
    plain = [word for word, parsed in zip(overrides, parser.parse_overrides(overrides), strict=True)]
    base = _compose([word for word in plain if not parser.parse_override(word).is_sweep_override()])
    if not base.hydra.sweeper._target_.endswith("BasicSweeper"):
        return [[word for word in plain if not parser.parse_override(word).is_sweep_override()]]
    swept = [f"{key}={value}" for key, value in (base.hydra.sweeper.params or {}).items()]
    named = {word.split("=")[0] for word in plain}
    every = [word for word in swept if word.split("=")[0] not in named] + plain
    batches = BasicSweeper.split_arguments(parser.parse_overrides(every), max_batch_size=None)
    return [list(job) for batch in batches for job in batch]


def _compose(overrides: list[str]) -> DictConfig:
    try:
        return compose("train", overrides, return_hydra_config=True)
    except ConfigCompositionException as error:
        raise UserError(_in_plain_words(error)) from error


def _in_plain_words(error: Exception) -> str:
    """A Hydra error as one line that names the nearest valid choice or key."""
    text = str(error).splitlines()[0]
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = str(error.missing_cfg_file).rpartition("/")
        choices = list(groups().get(group, {}))
        if choices:
            return f"{group}={choice}: is no choice of {group}; it has {', '.join(choices)}.{nearest(choice, choices)}"
    if "Could not override" in text or "Could not find" in text:
        key = text.split("'")[1].split("@")[0]
        with_groups = [*groups(), *keys(compose("train", return_hydra_config=True))]
        return f"{key}: there is no such key.{nearest(key, with_groups)} See `wsed train --cfg job`"
    return text


def _compare(folders: list[Path]) -> None:
    from wsed.reports.comparison import read_runs
    from wsed.reports.page import write_page
    from wsed.reports.table import print_comparison

    print_comparison(read_runs(folders))
    print(f"\nThe comparison with pictures and sounds: {write_page(folders, folders[0].parent)}")


def _quiet() -> None:
    """Silences what libraries say of our choices, each for its reason."""
    import logging

    # Rendering a batch takes a tenth of the time of a training step, so that no worker processes are needed.
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    # The number of steps in an epoch is what it is.
    warnings.filterwarnings("ignore", message=".*smaller than the logging interval.*")
    # The run folder holds config.yaml and status.json before the trainer starts, and is meant to.
    warnings.filterwarnings("ignore", message=".*exists and is not empty.*")
    warnings.filterwarnings("ignore", message=".*directory .* exists and not empty.*")
    # Without a GPU there is none to use.
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
