"""What launchers have in common: one run of a sweep in a process that may be anywhere."""

from collections.abc import Sequence
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, run_job, setup_globals
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

from wsed.config.instantiate import TARGET, locate

HOME = "hydra_plugins."
"""Where Hydra looks for launchers and sweepers, and nowhere else."""


class Cells(Launcher):
    """A launcher whose runs are calls of itself, which travel to other processes."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context = hydra_context
        self.task_function = task_function
        self.config = config

    def __call__(self, number: int, overrides: Sequence[str], state: Any) -> JobReturn:
        """Does one run.

        Args:
            number: its place in the sweep.
            overrides: of the command line, for it.
            state: of Hydra in the process that launches.
        """
        setup_globals()
        Singleton.set_state(state)
        config = self.hydra_context.config_loader.load_sweep_config(self.config, list(overrides))
        with open_dict(config):
            config.hydra.job.num = number
            config.hydra.job.id = str(number)
        HydraConfig.instance().set_config(config)
        return run_job(
            task_function=self.task_function,
            config=config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=self.hydra_context,
        )


def plugin(group: str, *, _root_: DictConfig) -> DictConfig:
    """The launcher or the sweeper of a config, under a name that Hydra accepts."""
    node: Any = OmegaConf.to_container(_root_[group], resolve=True)
    if not node[TARGET].startswith("hydra."):
        known = Plugins.instance().class_name_to_class
        known[HOME + node[TARGET]] = locate(node[TARGET])
        node[TARGET] = HOME + node[TARGET]
    made = OmegaConf.create(node)
    assert isinstance(made, DictConfig)
    return made
