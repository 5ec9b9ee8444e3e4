"""Configs: composed by Hydra, then checked whole before anything is built."""

import hashlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pydantic
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationResolutionError, MissingMandatoryValue, OmegaConfBaseException

from wsed.config.instantiate import PARTIAL, TARGET, locate
from wsed.errors import UserError, did_you_mean

OWN = {
    "name": str,
    "seed": int,
    "force": bool,
    "resume": Literal["auto", "never"],
    "test": Literal["last", "best"],
    "monitor": str,
    "monitor_mode": Literal["max", "min"],
    "compile": bool,
    "keep_every": int,
}
"""Keys of the program itself, and their types."""

READ_BY_TRAIN = frozenset(
    {
        *OWN,
        "data.module",
        "features",
        "augmentation",
        "model",
        "pooling",
        "loss",
        "optimizer",
        "schedule",
        "postprocessing",
        "evaluation",
        "metrics",
        "trainer",
        "logger",
        "launcher",
        "sweeper",
        "mixing",
        "data.labels",
        "data.sample_rate",
    }
)
"""Keys that the program itself reads; every other key is an argument of a class, or another key refers to it."""

GIVEN_LATER = {
    "torch.optim": {"params"},
    "wsed.systems": {"labels", "features", "pooling", "loss", "optimizer", "schedule", "augmentation"},
    "pytorch_lightning.Trainer": {"logger", "callbacks", "default_root_dir", "plugins"},
}
"""Arguments that the program adds to those of the config, by the beginning of the class's name."""

OF_THE_SWEEP = ("launcher", "sweeper")
"""Sections that say how runs are started, not what they are."""

REPLACED = {"trainer.precision": "auto"}
"""Words that stand for what only the machine of a run can tell, so that a run has one identity on all machines."""

EXTRAS = {"submitit": "slurm", "optuna": "optuna"}
"""Packages that only some choices need, and the extra of wsed that brings each."""

FOLDERS = ("root", "scenes_root")
"""Keys that are folders of data."""

WITHOUT_INFLUENCE = frozenset(
    {
        "force",
        "resume",
        "logger",
        "data.num_workers",
        "data.module.num_workers",
        "trainer.accelerator",
        "trainer.devices",
        "trainer.num_nodes",
        "trainer.strategy",
        "trainer.enable_progress_bar",
        "trainer.enable_model_summary",
    }
)
"""Keys that cannot change a result, and so are no part of a run's identity."""

CACHES = (".cache", ".audio.folder")
"""Ends of keys that cannot either: where is kept what is made only once."""


def validate(config: DictConfig) -> dict[str, Any]:
    """Resolves and checks a composed config.

    Args:
        config: as Hydra composes it; a `hydra` section is left out.

    Returns:
        Plain Python: nested dicts, lists, strings, numbers, booleans and None. What is about the sweep and not about
        the run is checked and left out.

    Raises:
        UserError: a value that is missing, of the wrong type, or that nothing reads.
    """
    own = _without_hydra(config)
    try:
        plain: Any = OmegaConf.to_container(own, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        key = str(error.full_key)
        raise UserError(f"{key} is not set; add {key}=... to the command") from error
    except InterpolationResolutionError as error:
        if isinstance(error.__cause__, UserError):
            raise error.__cause__ from error
        missing = re.search(r"Missing mandatory value: ([\w.]+)|to missing value '([\w.]+)'", str(error))
        if missing:
            key = missing[1] or missing[2]
            raise UserError(f"{key} is not set; add {key}=... to the command") from error
        raise UserError(f"{error.full_key}: {str(error).splitlines()[0]}") from error
    except OmegaConfBaseException as error:
        raise UserError(f"{error.full_key}: {str(error).splitlines()[0]}") from error
    settled: dict[str, Any] = plain
    _refuse_dead_keys(own)
    for key, hint in OWN.items():
        if not _fits(settled[key], hint):
            raise UserError(f"{key}: is {settled[key]!r}; it needs {_words(hint)}")
    for key, value in leaves(settled).items():
        name = key.split(".")[-1]
        if name in FOLDERS and value is not None and not Path(value).is_dir():
            raise UserError(f"data.{name}={value}: is not a folder; point data.{name} at the data")
    raw = OmegaConf.to_container(own, resolve=False)
    for key, node in _targets(settled):
        _check_arguments(key, node, raw)
    return {key: value for key, value in settled.items() if key not in OF_THE_SWEEP}


def identity(config: Mapping[str, Any]) -> str:
    """What tells one run from another: a hash of a settled config without what cannot change the result.

    A folder of data counts by the names and sizes of its files, wherever it lies.
    """
    counted = {}
    for key, value in leaves(config).items():
        quiet = any(key == without or key.startswith(f"{without}.") for without in WITHOUT_INFLUENCE)
        if not quiet and not key.endswith(CACHES):
            counted[key] = value if value is None or key.split(".")[-1] not in FOLDERS else fingerprint(value)
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()[:8]


@cache
def fingerprint(root: str) -> str:
    """A hash of the names and sizes of the files below a folder."""
    folder = Path(root)
    files = sorted((path.relative_to(folder).as_posix(), path.stat().st_size) for path in folder.rglob("*.*"))
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


def keys(config: DictConfig) -> list[str]:
    """Every key of a composed config, with dots."""
    return [key for key, _ in _nodes(OmegaConf.to_container(_without_hydra(config), resolve=False))]


def _without_hydra(config: DictConfig) -> DictConfig:
    own = config.copy()
    OmegaConf.set_readonly(own, False)
    OmegaConf.set_struct(own, False)
    own.pop("hydra", None)
    return own


def _nodes(node: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key below a node, with dots, and its value."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            key = f"{prefix}{name}"
            yield key, value
            yield from _nodes(value, f"{key}.")


def leaves(node: Any) -> dict[str, Any]:
    """The values of a config by key, with dots."""
    return {key: value for key, value in _nodes(node) if not isinstance(value, Mapping)}


def _targets(plain: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((key, node) for key, node in _nodes(plain) if isinstance(node, Mapping) and TARGET in node)


def _refuse_dead_keys(config: DictConfig) -> None:
    """Every key is read by the program, belongs to a class's arguments, or is referred to by another key."""
    raw = OmegaConf.to_container(config, resolve=False)
    inside = tuple(f"{key}." for key, _ in _targets(raw))  # type: ignore[arg-type]  # the root is a mapping
    texts = " ".join(str(value) for value in leaves(raw).values())
    read = READ_BY_TRAIN | set(re.findall(r"\$\{([\w.]+)\}", texts)) | set(re.findall(r"\$\{\w+:\$\{([\w.]+)\}", texts))
    for key, value in _nodes(raw):
        parents = {key.rsplit(".", depth)[0] for depth in range(key.count(".") + 1)}
        leads_on = isinstance(value, Mapping) and any(other.startswith(f"{key}.") for other in read)
        if not (leads_on or parents & read or key.startswith(inside)):
            raise UserError(f"{key}: nothing reads this key; remove it.{did_you_mean(key, sorted(read))}")


def _check_arguments(key: str, node: Mapping[str, Any], raw: Any) -> None:
    """A class's arguments exist, are all there, and have the right types."""
    try:
        cls = locate(node[TARGET])
    except ImportError as error:
        package = getattr(error.__cause__, "name", None) or ""
        if package in EXTRAS:
            raise UserError(f"{key}: needs the package {package}; pip install 'wsed[{EXTRAS[package]}]'") from error
        raise UserError(f"{key}._target_: {error}; check its spelling") from error
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = {
        name: given for name, given in inspect.signature(cls).parameters.items() if given.kind not in variable
    }
    later = {name for start, names in GIVEN_LATER.items() if node[TARGET].startswith(start) for name in names}
    known = [name for name in parameters if name not in later]
    hints = get_type_hints(inspect.getattr_static(cls, "__init__"))
    for name, value in node.items():
        if name in (TARGET, PARTIAL):
            continue
        if name not in known:
            raise UserError(f"{key}.{name}: {cls.__name__} has no such argument.{did_you_mean(name, known)}")
        described = any(_targets({name: value}))
        replaced = value is not None and value == REPLACED.get(f"{key}.{name}")
        if name in hints and not described and not replaced and not _fits(value, hints[name]):
            raise UserError(f"{_origin(f'{key}.{name}', raw)}: is {value!r}; it needs {_words(hints[name])}")
    for name in known:
        required = parameters[name].default is inspect.Parameter.empty and not node.get(PARTIAL)
        if required and name not in node:
            raise UserError(f"{key}.{name} is not set; add +{key}.{name}=... to the command")


def _origin(key: str, raw: Any) -> str:
    """The key that a key takes its value from: itself, unless it refers to another."""
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


def _words(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(map(str, get_args(hint)))
    return hint.__name__ if isinstance(hint, type) else re.sub(r"\w+\.", "", str(hint))
