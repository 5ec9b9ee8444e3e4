"""Checks of the sections of a config: each describes an object of its kind, with the arguments that its class takes."""

from collections.abc import Collection, Mapping
from typing import Any

from wsed.checks.names import shortened
from wsed.checks.ranges import SampleRate
from wsed.config.arguments import check_description, descriptions
from wsed.config.instantiate import TARGET, locate
from wsed.config.program import GIVEN, OPTIONAL_SECTIONS, SECTIONS, SECTIONS_OF_MANY
from wsed.config.types import fits, in_words
from wsed.errors import UserError


def check_sections(values: Mapping[str, Any], only: Collection[str] | None = None) -> None:
    """Checks that no section is missing or null, and the types of the keys of `data` that the program reads.

    Args:
        values: the config, resolved.
        only: the top-level keys to check; None for all.

    Raises:
        UserError: a section describes nothing.
    """
    for key in (*SECTIONS, *SECTIONS_OF_MANY, *OPTIONAL_SECTIONS):
        group = key.split(".")[0]
        if only is not None and group not in only:
            continue
        node: Any = values
        for name in key.split("."):
            node = node.get(name) if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or (key in SECTIONS and TARGET not in node):
            raise UserError(f"{key}: describes nothing; choose one with {group}=CHOICE, see `wsed train --help`")
        for name, inner in node.items() if key in SECTIONS_OF_MANY else ():
            if not isinstance(inner, Mapping) or TARGET not in inner:
                cure = f"add it with +{key}={name}, or remove what changes it"
                raise UserError(f"{key}.{shortened(str(name))}: describes nothing; {cure}")
    if only is None or "data" in only:
        check_type("data.sample_rate", values["data"].get("sample_rate"), SampleRate)
        check_type("data.labels", values["data"].get("labels"), list[str])


def check_type(key: str, value: Any, hint: Any) -> None:
    """Checks one value.

    Raises:
        UserError: it does not have the type.
    """
    if not fits(value, hint):
        raise UserError(f"{key}: is {shortened(repr(value))}; it needs {in_words(hint)}")


def check_classes(
    values: Mapping[str, Any], sections: Collection[str] | None = None, named: Mapping[str, str] | None = None
) -> None:
    """Checks every class that a config describes: that it exists, belongs there, and takes its arguments.

    Args:
        values: the config, resolved.
        sections: sections to check; None for all.
        named: by key, the other key that defines its value, for messages.

    Raises:
        UserError: one of them does not.
    """
    for key, node in descriptions(values):
        if sections is None or key.split(".")[0] in sections:
            check_description(key, node, _base(key), named, GIVEN.get(key))


def _base(key: str) -> Any:
    """What the class that a section describes must be; Any for a key below a section."""
    section, _, _ = key.rpartition(".")
    path = SECTIONS.get(key) or OPTIONAL_SECTIONS.get(key) or SECTIONS_OF_MANY.get(section)
    return Any if path is None else locate(path)
