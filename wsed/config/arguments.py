"""Checks the arguments of the classes that a config describes, before anything is built."""

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_type_hints

from wsed.checks.names import shortened
from wsed.config.foreign_types import foreign_types
from wsed.config.instantiate import PARTIAL, TARGET, locate, signature
from wsed.config.types import admits, element, fits, in_words
from wsed.errors import UserError, did_you_mean

PLAIN = (bool, int, float, str)
EXTRAS = {"submitit": "slurm", "optuna": "optuna"}
"""Packages that only some choices need, each with the extra of wsed that installs it."""


def descriptions(node: Any, key: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields every key below a node, with dots, that describes an object, and the description; also inside lists."""
    if isinstance(node, Mapping):
        if TARGET in node and key:
            yield key, node
        entries = node.items()
    elif isinstance(node, (list, tuple)):
        entries = enumerate(node)  # type: ignore[assignment]  # an index is a name as well
    else:
        return
    for name, value in entries:
        yield from descriptions(value, f"{key}.{name}" if key else str(name))


def check_description(
    key: str,
    node: Mapping[str, Any],
    base: Any = Any,
    named: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> None:
    """Checks that a described class exists, belongs here, and takes the arguments.

    Args:
        key: the key, for messages.
        node: the description.
        base: what the class must be: a class, a protocol or a union of them.
        named: by key, the other key that defines its value, for messages.
        given: arguments that the program gives later, each with the key that sets it; None for a class that needs all
            arguments here.

    Raises:
        UserError: it does not.
    """
    cls = find_class(key, node[TARGET])
    _check_partial(key, node, given)
    _check_base(key, node, cls, base, is_partial=given is None and node.get(PARTIAL) is True)
    types = argument_types(cls)
    parameters = _parameters(cls)
    for name, value in node.items():
        if name in (TARGET, PARTIAL):
            continue
        if name in (given or ()):
            cure = f"set {given[name]}" if given and given[name] else "remove it"
            raise UserError(f"{key}.{name}: the program gives this argument itself; {cure}")
        if name not in parameters:
            raise UserError(f"{key}.{name}: {cls.__name__} has no such argument.{did_you_mean(str(name), parameters)}")
        _check_value(f"{key}.{name}", value, types.get(name, Any), named or {})
    for name, parameter in parameters.items():
        if parameter.default is inspect.Parameter.empty and not node.get(PARTIAL) and name not in node:
            raise UserError(f"{key}.{name} is not set; add +{key}.{name}=... to the command")


def find_class(key: str, target: Any) -> type:
    """The class that a description names.

    Raises:
        UserError: there is none, or a package that it needs is not installed.
    """
    if not isinstance(target, str) or not all(name.isidentifier() for name in target.split(".")):
        raise UserError(f"{key}._target_: is {shortened(repr(target))}; it needs the path of a class")
    try:
        return locate(target)
    except ImportError as error:
        package = getattr(error.__cause__, "name", None) or ""
        if package in EXTRAS:
            raise UserError(f"{key}: needs the package {package}; pip install 'wsed[{EXTRAS[package]}]'") from error
        hint = "check its spelling, and that the folder of its module is on PYTHONPATH"
        raise UserError(f"{key}._target_: {shortened(repr(str(error))[1:-1], 200)}; {hint}") from error


@cache
def argument_types(cls: type) -> dict[str, Any]:
    """The type of each argument of a class, with ranges; arguments without a type are left out."""
    hints = get_type_hints(inspect.getattr_static(cls, "__init__"), include_extras=True)
    return {**hints, **foreign_types(cls)}


@cache
def _parameters(cls: type) -> dict[str, inspect.Parameter]:
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {name: given for name, given in signature(cls).parameters.items() if given.kind not in variable}


def _check_value(key: str, value: Any, hint: Any, named: Mapping[str, str]) -> None:
    if isinstance(value, Mapping) and TARGET in value:
        _check_base(key, value, find_class(key, value[TARGET]), hint, value.get(PARTIAL) is True)
    elif isinstance(value, (Mapping, list)) and any(descriptions(value, key)):
        entries = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, inner in entries:
            _check_value(f"{key}.{name}", inner, element(hint), named)
    elif not fits(value, hint):
        raise UserError(f"{named.get(key, key)}: is {shortened(repr(value))}; it needs {in_words(hint)}")


def _check_partial(key: str, node: Mapping[str, Any], given: Mapping[str, str] | None) -> None:
    partial = node.get(PARTIAL, False)
    if not isinstance(partial, bool):
        raise UserError(f"{key}.{PARTIAL}: is {shortened(repr(partial))}; it needs true or false")
    if given is not None and not partial:
        raise UserError(f"{key}.{PARTIAL}: must be true, since the program gives {', '.join(given)} later")


def _check_base(key: str, node: Mapping[str, Any], cls: type, base: Any, is_partial: bool) -> None:
    if is_partial and not admits(base, cls, is_partial):
        raise UserError(f"{key}.{PARTIAL}: must not be true here; remove it")
    if not admits(base, cls, is_partial):
        raise UserError(f"{key}._target_={shortened(str(node[TARGET]))}: does not belong here; {_demand(base)}")


def _demand(base: Any) -> str:
    """What a class must do to belong in a place, in words."""
    if not isinstance(base, type) or base in PLAIN:
        return f"it needs {in_words(base)}"
    path = f"{base.__module__}.{base.__qualname__}"
    return f"it needs the methods of {path}" if getattr(base, "_is_protocol", False) else f"derive it from {path}"
