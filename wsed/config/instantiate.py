"""Objects from plain descriptions, so that a checkpoint can rebuild its system without Hydra."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from wsed.errors import UserError

TARGET = "_target_"


def locate(path: str) -> type:
    """The class at `package.module.Class`.

    Raises:
        ImportError: there is none.
    """
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImportError(f"there is no class {path}") from error
    if not isinstance(found, type):
        raise ImportError(f"{path} is not a class")
    return found


def instantiate(description: Any, **more: Any) -> Any:
    """Builds what a description describes.

    A mapping with the key `_target_` becomes an object of that class, its other entries being the arguments, built
    first; other mappings and lists are built entry by entry; anything else stays as it is.

    Args:
        description: plain Python, as YAML has it.
        more: further arguments of the outermost class.

    Raises:
        UserError: a class refuses its arguments.
    """
    if isinstance(description, Mapping):
        values = {key: instantiate(value) for key, value in description.items() if key != TARGET}
        if TARGET not in description:
            return values
        cls = locate(description[TARGET])
        try:
            return cls(**values, **more)
        except ValueError as error:
            raise UserError(f"{cls.__name__}: {error}") from error
    if isinstance(description, list):
        return [instantiate(value) for value in description]
    return description
