"""A predefined sweep, converted to a sweep config of Weights & Biases."""

from typing import Any

import yaml

from wsed.config.compose import compose_config, hydra_initialized, parse_overrides
from wsed.sweeps.plan import sweep_words

COMMENT = (
    "# Made by `wsed sweep wandb {name}`. `wandb sweep FILE` registers it, and each `wandb agent` trains runs of it.\n"
)


def wandb_sweep(name: str, words: list[str]) -> str:
    """The YAML of a sweep whose agents call `wsed train`.

    Args:
        name: a choice of the group `sweep`.
        words: further overrides for all runs, such as `data=esc10`.

    Raises:
        UserError: there is no such sweep, or the overrides do not compose.
    """
    with hydra_initialized():
        config = compose_config([f"sweep={name}", *words])
    parameters = {}
    for override in parse_overrides(sweep_words([], config)):
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
