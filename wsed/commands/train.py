"""`wsed train`: trains one run, or a sweep of them."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from wsed.commands.parser import Parser, exit_code
from wsed.config.compose import compose_config, first_of_grid, hydra_initialized
from wsed.config.instantiate import instantiate
from wsed.config.program import SWEEP_SECTIONS
from wsed.config.validate import resolve, validate, without_hydra
from wsed.sweeps.base import Sweeper
from wsed.sweeps.launchers.base import Launcher
from wsed.sweeps.plan import plan_run, sweep_words
from wsed.sweeps.state import run_states
from wsed.training.execute import execute


def parser() -> Parser:
    """The options besides overrides; `wsed train --help` is printed by `wsed.commands.help`."""
    options = Parser("wsed train", add_help=False)
    options.add_argument("overrides", nargs="*")
    options.add_argument("-m", "--multirun", action="store_true")
    options.add_argument("--cfg", choices=["job"])
    options.add_argument("--resolve", action="store_true")
    return options


def main(words: list[str]) -> int:
    """Trains what the config describes; returns the exit code."""
    return exit_code(lambda: train(words))


def train(words: list[str]) -> int:
    """Trains what the config describes.

    Args:
        words: overrides and options.

    Returns:
        0, or 1 if runs of a sweep are not done.

    Raises:
        UserError: the words cannot be used.
        Exception: see `execute`.
    """
    options = parser().parse_intermixed_args(words)
    if options.cfg:
        print(_composed_text(options))
        return 0
    if options.multirun:
        return _sweep(options.overrides)
    with hydra_initialized():
        plan = plan_run(options.overrides)
    execute(plan)
    return 0


def _composed_text(options: argparse.Namespace) -> str:
    """The composed config as YAML; for a sweep, the config of its first run."""
    with hydra_initialized():
        overrides = first_of_grid(options.overrides) if options.multirun else options.overrides
        config = compose_config(overrides)
        if options.multirun:
            config = compose_config(first_of_grid(sweep_words(options.overrides, config)))
        own = without_hydra(config)
        return OmegaConf.to_yaml(OmegaConf.create(resolve(own)) if options.resolve else own).rstrip()


def _sweep(overrides: Sequence[str]) -> int:
    """Runs a sweep and compares its runs; returns the exit code."""
    with hydra_initialized():
        config = compose_config(first_of_grid(list(overrides)))
        words = sweep_words(overrides, config)
        if len(words) > len(overrides):
            config = compose_config(first_of_grid(words))
        # Before anything is planned: a mistake in the first run is likely to be in all of them.
        validate(config)
        folder = Path(config.hydra.sweep.dir)
        launcher, sweeper = (_instantiated(config, section) for section in SWEEP_SECTIONS)
        assert isinstance(launcher, Launcher)
        assert isinstance(sweeper, Sweeper)
        launcher.warm_up()
        names = sweeper.sweep(words, folder, launcher)
    return _compare(folder, names)


def _instantiated(config: DictConfig, section: str) -> object:
    return instantiate(OmegaConf.to_container(config[section], resolve=True))


def _compare(folder: Path, names: Sequence[str]) -> int:
    """Compares the runs of a sweep and prints how many are not done; returns the exit code."""
    from wsed.reports.page.write import write_page
    from wsed.reports.runs import read_runs
    from wsed.reports.terminal import print_comparison, print_left_out

    states = {name: state for name, (state, _) in run_states(folder).items() if name in names}
    folders = [folder / name for name, state in states.items() if state in ("done", "failed")]
    if len(folders) > 1:
        runs = read_runs(folders)
        print_comparison(runs)
        page = write_page(runs, folder)
        print_left_out(runs)
        print(f"\nThe comparison with pictures and sounds: {page}")
    # Another worker of the same study may still be executing one.
    left = Counter(state for state in states.values() if state not in ("done", "pruned", "running"))
    if not left:
        return 0
    counts = ", ".join(f"{count} {state}" for state, count in left.items())
    print(f"wsed: of the runs, {counts}; `wsed sweep status {folder}` says why", file=sys.stderr)
    return 1
