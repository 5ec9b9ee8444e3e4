"""`wsed sweep wandb`: a ready sweep as Weights & Biases describes it."""

from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser

from wsed.config.compose import compose_config, hydra_initialized

COMMENT = (
    "# Made by `wsed sweep wandb {name}`. `wandb sweep FILE` registers it, and each `wandb agent` trains cells of it.\n"
)


def wandb_sweep(name: str, words: list[str]) -> str:
    """The YAML of a sweep whose agents call `wsed train`.

    Args:
        name: a choice of the group `sweep`.
        words: further overrides, the same for all runs, such as `data=esc10`.

    Raises:
        UserError: no such sweep, or overrides that do not compose.
    """
    with hydra_initialized():
        config = compose_config([f"sweep={name}", *words])
    grid = [f"{key}={value}" for key, value in config.sweeper.params.items()]
    parameters = {}
    for override in OverridesParser.create().parse_overrides(grid):
        texts = override.sweep_string_iterator()
        parameters[str(override.get_key_element())] = {
            "values": [text if text.startswith("{") else yaml.safe_load(text) for text in texts]
        }
    sweep: dict[str, Any] = {
        "name": name,
        "project": config.logger.project,
        "method": "grid",
        "command": ["wsed", "train", f"sweep={name}", *words, "${args_no_hyphens}"],
        "parameters": parameters,
    }
    text: str = yaml.safe_dump(sweep, sort_keys=False, width=110)
    return COMMENT.format(name=" ".join([name, *words])) + text
