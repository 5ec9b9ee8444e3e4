"""Which classes a file may name: those of wsed, and few others in the one place where they belong.

The person at the command line may name any class. A checkpoint, or the config in a run folder, may come from somebody
else, and building an object from it must not run their code.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wsed.checks.names import shortened
from wsed.checks.ranges import CACHE
from wsed.config.arguments import argument_types, descriptions, find_class
from wsed.config.instantiate import TARGET
from wsed.config.sections import check_classes, check_sections
from wsed.config.types import metadata
from wsed.errors import UserError

OWN = "wsed"
PLACES = {"optimizer": "torch.optim", "trainer": "pytorch_lightning", "callbacks": "pytorch_lightning.callbacks"}
"""Packages besides wsed whose classes a section may name."""


def check_described(values: Mapping[str, Any], file: Path, allowed: Sequence[str] = ()) -> None:
    """Checks everything that a file describes: its classes, their places, and their arguments.

    Args:
        values: the content of the file, with sections as in a config.
        file: the file, for messages.
        allowed: further modules or packages whose classes the file may name.

    Raises:
        UserError: a section describes nothing, an argument does not fit its type, or `check_trusted` refuses the file.
    """
    try:
        check_trusted(values, file, allowed)
        check_sections(values, values)
        check_classes(values)
    except RecursionError as error:
        raise UserError(f"{file}: is nested too deeply; give another file") from error
    except UserError as error:
        raise error if str(error).startswith(str(file)) else UserError(f"{file}: {error}") from error


def check_trusted(values: Mapping[str, Any], file: Path, allowed: Sequence[str] = ()) -> None:
    """Checks that a file names only classes that it may name, and refers to no value outside of it.

    No module of another package is imported.

    Args:
        values: the content of the file, with sections as in a config.
        file: the file, for messages.
        allowed: further modules or packages whose classes the file may name.

    Raises:
        UserError: it names another class, or has a reference such as `${oc.env:HOME}`.
    """
    for key, text in _texts(values):
        if "${" in text:
            raise UserError(f"{file}: {key} is {shortened(text)}, a reference; it needs a value")
    for key, node in descriptions(values):
        target = node[TARGET]
        place = PLACES.get(key.removesuffix(f".{key.split('.')[-1]}") if key.startswith("callbacks.") else key)
        packages = [OWN, *allowed, *([place] if place else [])]
        # A module of wsed also has names that it imported from elsewhere, hence the second condition.
        if not (_is_in(target, packages) and _is_in(find_class(f"{file}: {key}", target).__module__, packages)):
            shown = shortened(str(target))
            module = shown.rpartition(".")[0] or shown
            cure = f"if you trust the file, add --allow {module}"
            raise UserError(f"{file}: {key} names the class {shown}, which is not of wsed; {cure}")


def with_own_cache(values: Any, cache: str | None) -> Any:
    """A copy of a config in which every object uses the cache folder of this machine, whatever a file says.

    Args:
        values: plain Python.
        cache: the cache folder; None for no cache.
    """
    if isinstance(values, list):
        return [with_own_cache(value, cache) for value in values]
    if not isinstance(values, Mapping):
        return values
    copy = {name: with_own_cache(value, cache) for name, value in values.items()}
    if TARGET in copy:
        types = argument_types(find_class("", copy[TARGET]))
        copy |= {name: cache for name in copy if CACHE in metadata(types.get(name))}
    return copy


def _texts(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yields every text below a node, and its key with dots."""
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, (Mapping, list, tuple)):
        for name, value in node.items() if isinstance(node, Mapping) else enumerate(node):
            yield from _texts(value, f"{key}.{name}" if key else str(name))


def _is_in(path: Any, packages: Sequence[str]) -> bool:
    return isinstance(path, str) and any(path == name or path.startswith(f"{name}.") for name in packages)
