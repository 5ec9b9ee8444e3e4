"""Builds objects from plain descriptions, so that a checkpoint can rebuild its system without Hydra."""

import functools
import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from wsed.errors import UserError
from wsed.imports import quick_imports

TARGET = "_target_"
PARTIAL = "_partial_"
"""A description with this key set to true leaves arguments for the program to give later."""


def locate(path: str) -> type:
    """The class at `package.module.Class`.

    Raises:
        ImportError: there is none.
    """
    module, _, name = path.rpartition(".")
    try:
        # The first class of a process may load PyTorch and Lightning.
        with quick_imports():
            found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ImportError(f"there is no class {path}") from error
    if not isinstance(found, type):
        raise ImportError(f"{path} is not a class")
    return found


def instantiate(description: Any, **later: Any) -> Any:
    """Builds the object that a description describes.

    A mapping with the key `_target_` becomes an object of that class; its other entries are the arguments, which are
    built first. With `_partial_: true` it becomes a function that takes the missing arguments, unless they are given
    here. Other mappings and lists are built entry by entry; any other value is returned unchanged.

    Args:
        description: plain Python, as loaded from YAML.
        later: further arguments of the outermost class.

    Raises:
        UserError: a class refuses its arguments.
    """
    if isinstance(description, Mapping):
        values = {key: instantiate(value) for key, value in description.items() if key not in (TARGET, PARTIAL)}
        if TARGET not in description:
            return values
        cls = locate(description[TARGET])
        if description.get(PARTIAL) and not later:
            return functools.partial(_construct, cls, **values)
        return _construct(cls, **values, **later)
    if isinstance(description, list):
        return [instantiate(value) for value in description]
    return description


@functools.cache
def signature(cls: type) -> inspect.Signature:
    """The arguments of a class."""
    return inspect.signature(cls)


def _construct(cls: type, /, **arguments: Any) -> Any:
    try:
        signature(cls).bind(**arguments)
    except TypeError as error:
        raise UserError(f"{cls.__name__}: {error}; see its description in conf/") from error
    try:
        return cls(**arguments)
    except ValueError as error:
        raise UserError(f"{cls.__name__}: {error}") from error
