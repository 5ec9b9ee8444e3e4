"""A composed config, resolved and checked as a whole before anything is built."""

import inspect
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pydantic
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationResolutionError, MissingMandatoryValue, OmegaConfBaseException

from wsed.config.instantiate import PARTIAL, TARGET, locate
from wsed.config.program import READ_SECTIONS, SWEEP_SECTIONS, ProgramConfig
from wsed.errors import UserError, did_you_mean

EXTRAS = {"submitit": "slurm", "optuna": "optuna"}
"""Packages that only some choices need, each with the extra of wsed that installs it."""

FOLDER_KEYS = ("root", "scenes_root")
"""Last part of the keys that name a folder of data."""


def validate(config: DictConfig, sections: Collection[str] | None = None) -> dict[str, Any]:
    """Resolves and checks a composed config.

    Args:
        config: as Hydra composes it, with or without its `hydra` section.
        sections: whose classes are loaded, to check their arguments; None for all, which takes seconds.

    Returns:
        Plain Python: nested dicts, lists, strings, numbers, booleans and None; without `hydra`, and without the
        sections of the sweep, which are checked as well.

    Raises:
        UserError: a value is missing or has the wrong type, or nothing reads a key.
    """
    own = without_hydra(config)
    values = resolve(own)
    raw = OmegaConf.to_container(own, resolve=False)
    _refuse_unread_keys(raw)
    _check_program_keys(values)
    for key, value in leaves(values).items():
        name = key.split(".")[-1]
        if name in FOLDER_KEYS and value is not None and not Path(value).is_dir():
            raise UserError(f"data.{name}={value}: is not a folder; set data.{name} to the folder of the data")
    for key, node in _described(values):
        if sections is None or key.split(".")[0] in sections:
            _check_arguments(key, node, raw)
    return {key: value for key, value in values.items() if key not in SWEEP_SECTIONS}


def resolve(config: DictConfig) -> dict[str, Any]:
    """The config with every reference replaced by its value.

    Raises:
        UserError: a value is missing, or a reference leads nowhere.
    """
    try:
        values: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        raise UserError(_not_set(str(error.full_key))) from error
    except InterpolationResolutionError as error:
        if isinstance(error.__cause__, UserError):
            raise error.__cause__ from error
        missing = re.search(r"Missing mandatory value: ([\w.]+)|to missing value '([\w.]+)'", str(error))
        if missing:
            raise UserError(_not_set(missing[1] or missing[2])) from error
        raise UserError(f"{error.full_key}: {str(error).splitlines()[0]}") from error
    except OmegaConfBaseException as error:
        raise UserError(f"{error.full_key}: {str(error).splitlines()[0]}") from error
    resolved: dict[str, Any] = values
    return resolved


def without_hydra(config: DictConfig) -> DictConfig:
    """A writable copy of the config, without its `hydra` section."""
    own = config.copy()
    OmegaConf.set_readonly(own, False)
    OmegaConf.set_struct(own, False)
    own.pop("hydra", None)
    return own


def keys(config: DictConfig) -> list[str]:
    """Every key of a composed config, with dots."""
    return [key for key, _ in nodes(OmegaConf.to_container(without_hydra(config), resolve=False))]


def nodes(node: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields every key below a node, with dots, and its value."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            key = f"{prefix}{name}"
            yield key, value
            yield from nodes(value, f"{key}.")


def leaves(node: Any) -> dict[str, Any]:
    """The values of a config by key, with dots."""
    return {key: value for key, value in nodes(node) if not isinstance(value, Mapping)}


def _not_set(key: str) -> str:
    return f"{key} is not set; add {key}=... to the command"


def _described(values: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields every key that describes an object, and the description."""
    return ((key, node) for key, node in nodes(values) if isinstance(node, Mapping) and TARGET in node)


def _check_program_keys(values: Mapping[str, Any]) -> None:
    hints = get_type_hints(ProgramConfig)
    for key in (entry.name for entry in fields(ProgramConfig)):
        if key not in values:
            raise UserError(f"{key} was removed; the program needs it")
        if not _fits(values[key], hints[key]):
            raise UserError(f"{key}: is {values[key]!r}; it needs {_type_name(hints[key])}")


def _refuse_unread_keys(raw: Any) -> None:
    """Refuses a key that neither the program nor a class reads, and to which no other key refers."""
    inside = tuple(f"{key}." for key, _ in _described(raw))
    texts = " ".join(str(value) for value in leaves(raw).values())
    references = {*re.findall(r"\$\{([\w.]+)\}", texts), *re.findall(r"\$\{\w+:\$\{([\w.]+)\}", texts)}
    read = READ_SECTIONS | {entry.name for entry in fields(ProgramConfig)} | references
    for key, value in nodes(raw):
        parents = {key.rsplit(".", depth)[0] for depth in range(key.count(".") + 1)}
        leads_to_read = isinstance(value, Mapping) and any(other.startswith(f"{key}.") for other in read)
        if not (leads_to_read or parents & read or key.startswith(inside)):
            raise UserError(f"{key}: nothing reads this key; remove it.{did_you_mean(key, sorted(read))}")


def _check_arguments(key: str, node: Mapping[str, Any], raw: Any) -> None:
    """Checks that the arguments of a class exist, are complete and have the right types."""
    cls = _locate(key, node[TARGET])
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = {
        name: given for name, given in inspect.signature(cls).parameters.items() if given.kind not in variable
    }
    hints = get_type_hints(inspect.getattr_static(cls, "__init__"))
    for name, value in node.items():
        if name in (TARGET, PARTIAL):
            continue
        if name not in parameters:
            raise UserError(f"{key}.{name}: {cls.__name__} has no such argument.{did_you_mean(name, parameters)}")
        described = any(_described({name: value}))
        if name in hints and not described and not _fits(value, hints[name]):
            raise UserError(f"{_origin(f'{key}.{name}', raw)}: is {value!r}; it needs {_type_name(hints[name])}")
    for name, parameter in parameters.items():
        if parameter.default is inspect.Parameter.empty and not node.get(PARTIAL) and name not in node:
            raise UserError(f"{key}.{name} is not set; add +{key}.{name}=... to the command")


def _locate(key: str, target: str) -> type:
    try:
        return locate(target)
    except ImportError as error:
        package = getattr(error.__cause__, "name", None) or ""
        if package in EXTRAS:
            raise UserError(f"{key}: needs the package {package}; pip install 'wsed[{EXTRAS[package]}]'") from error
        hint = "check its spelling, and that the folder of its module is on PYTHONPATH"
        raise UserError(f"{key}._target_: {error}; {hint}") from error


def _origin(key: str, raw: Any) -> str:
    """The key that defines a value: the given key, or the key that it refers to."""
    *parents, name = key.split(".")
    node = raw
    for parent in parents:
        node = node[parent]
        if isinstance(node, str):
            return key
    reference = re.fullmatch(r"\$\{([\w.]+)\}", str(node[name]))
    return _origin(reference[1], raw) if reference else key


def _fits(value: Any, hint: Any) -> bool:
    adapter = pydantic.TypeAdapter(hint, config=pydantic.ConfigDict(arbitrary_types_allowed=True))
    try:
        adapter.validate_python(value, strict=True)
    except pydantic.ValidationError:
        return False
    return True


def _type_name(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(map(str, get_args(hint)))
    return hint.__name__ if isinstance(hint, type) else re.sub(r"\w+\.", "", str(hint))
