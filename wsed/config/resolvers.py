"""What configs can ask for with `${name:...}`."""

import json
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from wsed.config.validate import identity, validate
from wsed.errors import UserError
from wsed.runs import slurm_job
from wsed.sweeps.launchers.base import plugin

LONGEST_NAME = 80
"""Characters of overrides in the name of a run folder."""


def register() -> None:
    """Makes the resolvers known to OmegaConf."""
    OmegaConf.register_new_resolver("run_folder", run_folder, replace=True)
    OmegaConf.register_new_resolver("folder_names", folder_names, replace=True)
    OmegaConf.register_new_resolver("mix", mix, replace=True)
    OmegaConf.register_new_resolver("plugin", plugin, replace=True)
    OmegaConf.register_new_resolver("slurm_nodes", slurm_job.nodes, replace=True)
    OmegaConf.register_new_resolver("slurm_tasks_per_node", slurm_job.tasks_per_node, replace=True)


def run_folder(*, _root_: DictConfig) -> str:
    """Name of a run's folder: its overrides, without paths and what has no influence, and its identity."""
    quiet = (
        "data.root=",
        "data.scenes_root=",
        "force=",
        "resume=",
        "logger",
        "hydra",
        "launcher",
        "sweep",
        "experiment=",
        "trainer.devices",
        "data.num_workers",
        "data.cache",
    )
    words = [word for word in _root_.hydra.overrides.task if not word.lstrip("+~").startswith(quiet)]
    readable = "".join(letter if letter.isalnum() or letter in "=,.-_" else "_" for letter in ",".join(words))
    return "-".join(filter(None, [readable[:LONGEST_NAME], identity(validate(_root_))]))


def folder_names(root: str) -> list[str]:
    """See `wsed.data.soundbanks.folder.folder_names`."""
    # Slurm's jobs load this file before they heed its signals, and PyTorch takes seconds.
    from wsed.data.soundbanks import folder

    return folder.folder_names(Path(root))


def mix(root: str, name: str) -> Any:
    """An entry of the `mix.json` of a folder that `wsed data mix` wrote.

    Raises:
        UserError: there is no such file.
    """
    path = Path(root) / "mix.json"
    if not path.is_file():
        raise UserError(f"data.root={root}: has no mix.json; write the folder with `wsed data mix`")
    return json.loads(path.read_text(encoding="utf-8"))[name]
