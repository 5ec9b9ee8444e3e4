"""Configs: composed by Hydra, validated as a whole, and turned into objects."""

from typing import Any


def composed(*words: str) -> dict[str, Any]:
    """The config of `wsed train` with these overrides, resolved and checked, for notebooks.

        data = instantiate(composed("data=esc10", "data.root=ESC10")["data"]["module"])

    Args:
        words: Hydra overrides, as on the command line.

    Raises:
        UserError: an override matches no key, or a value is not valid.
    """
    # Imported here, because most of what is in this package knows no Hydra.
    from wsed.config.compose import compose_config, hydra_initialized
    from wsed.config.validate import validate

    with hydra_initialized():
        return validate(compose_config(list(words)))
