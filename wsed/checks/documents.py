"""JSON and YAML of others: plain Python of limited depth, in which no key stands twice and every number is usable."""

import json
import math
import sys
from collections.abc import Sequence
from typing import Any

import yaml

DEEPEST = 50
"""Levels of mappings and lists inside each other."""
LARGEST = 2**63
"""No whole number is larger; a float could not hold some of those that are."""
LONGEST_NUMBER = 400
"""Characters. Longer numbers take YAML very long to read."""

_TOO_DEEP = f"has more than {DEEPEST} levels of lists and mappings"
_TOO_LARGE = "has a whole number that is too large"


def parse_json(text: str) -> Any:
    """The content of a JSON file.

    Raises:
        ValueError: it is not JSON, or not plain; the message says why, as the end of a sentence.
    """
    try:
        content = json.loads(text, object_pairs_hook=_mapping, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError("is not JSON") from error
    except RecursionError as error:
        raise _NotPlainError(_TOO_DEEP) from error
    except _NotPlainError:
        raise
    except ValueError as error:
        # Python does not read numbers of thousands of digits.
        raise _NotPlainError(_TOO_LARGE) from error
    _check_plain(content, infinite=False)
    return content


def parse_yaml(text: str) -> Any:
    """The content of a YAML file. Aliases are refused: a few lines of them can stand for more than memory holds.

    Raises:
        ValueError: it is not YAML, or not plain; the message says why, as the end of a sentence.
    """
    try:
        content = yaml.load(text, _Loader)
    except _NotPlainError:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ValueError("is not YAML") from error
    _check_plain(content, infinite=True)
    return content


class _NotPlainError(ValueError):
    """A document that is valid, but is not read."""


class _Loader(yaml.SafeLoader):
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _NotPlainError("has aliases; write each value out")
        if self.depth > DEEPEST:
            raise _NotPlainError(_TOO_DEEP)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        is_number = isinstance(node, yaml.ScalarNode) and node.tag.endswith((":int", ":float"))
        if is_number and len(node.value) > LONGEST_NUMBER:  # type: ignore[union-attr]  # it is a scalar
            raise _NotPlainError(f"has a number of {len(node.value)} characters")  # type: ignore[union-attr]
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        _check_unique([key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)])
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _check_unique([name for name, _ in pairs])
    # Thousands of runs have the same names, which need more memory than the numbers.
    return {sys.intern(name): value for name, value in pairs}


def _check_unique(names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        known: set[str] = set()
        twice = next(name for name in names if name in known or known.add(name))  # type: ignore[func-returns-value]
        raise _NotPlainError(f"has the key {twice[:80]!r} twice")


def _refuse_constant(name: str) -> None:
    raise _NotPlainError(f"has the number {name}")


def _check_plain(content: Any, infinite: bool) -> None:
    """Checks types, numbers and depth of a document.

    Args:
        content: the document.
        infinite: whether infinity is a number that may be in it; not-a-number never is.
    """
    level = [content]
    for _ in range(DEEPEST):
        for value in level:
            _check_value(value, infinite)
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise _NotPlainError(_TOO_DEEP)


def _check_value(value: Any, infinite: bool) -> None:
    if isinstance(value, dict):
        others = [key for key in value if not isinstance(key, str)]
        if others:
            raise _NotPlainError(f"has the key {str(others[0])[:80]}, which is not text")
    elif isinstance(value, float):
        if math.isnan(value) or (math.isinf(value) and not infinite):
            raise _NotPlainError(f"has the number {value}")
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            raise _NotPlainError(_TOO_LARGE)
    elif not (value is None or isinstance(value, (str, list))):
        raise _NotPlainError(f"has a value of the type {type(value).__name__}")
