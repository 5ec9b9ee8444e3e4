"""Whether a value of a config fits the type of an argument, and types in words."""

import math
import re
import types
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
from annotated_types import Interval, Len

from wsed.checks.ranges import INFINITE

SETTINGS = pydantic.ConfigDict(arbitrary_types_allowed=True, allow_inf_nan=False)

WORDS: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    type(None): "null",
}
PLURALS = {int: "whole numbers", float: "numbers", str: "texts"}


def fits(value: Any, hint: Any) -> bool:
    """Whether a value has a type, without conversion; infinity only fits a type that names it.

    Args:
        value: plain Python.
        hint: a type, with ranges as in `wsed.checks.ranges`.
    """
    if isinstance(value, float) and math.isinf(value):
        return value > 0 and any(INFINITE in metadata(each) for each in alternatives(hint))
    try:
        _adapter(hint).validate_python(value, strict=True)
    except (pydantic.ValidationError, RecursionError):
        return False
    return True


@cache
def _adapter(hint: Any) -> "pydantic.TypeAdapter[Any]":
    return pydantic.TypeAdapter(hint, config=SETTINGS)


def alternatives(hint: Any) -> tuple[Any, ...]:
    """The members of a union; the type itself if it is no union."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def metadata(hint: Any) -> tuple[Any, ...]:
    """What an annotated type adds to the plain type; empty for a plain type."""
    return tuple(getattr(hint, "__metadata__", ()))


def plain(hint: Any) -> Any:
    """A type without its annotations."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def element(hint: Any) -> Any:
    """The type of the values in a list or a mapping of a type; Any for a type that says nothing about them."""
    for each in map(plain, alternatives(hint)):
        inner = get_args(each)
        if inner and isinstance(get_origin(each), type) and issubclass(get_origin(each), Collection):
            return inner[-1]
    return Any


def admits(hint: Any, cls: type, is_partial: bool) -> bool:
    """Whether an object of a class may be the value of an argument.

    Args:
        hint: type of the argument.
        cls: the class.
        is_partial: whether the value is a function that creates the object later.
    """
    for each in map(plain, alternatives(hint)):
        if each in (Any, object) or (get_origin(each) or each) is cls:
            return True
        if get_origin(each) is Callable and is_partial:
            return True
        if getattr(each, "_is_protocol", False):
            # What every object has is no part of a protocol, nor are its attributes without a value.
            if all(hasattr(cls, name) for name in vars(each) if not name.startswith("_")):
                return True
        elif isinstance(each, type) and issubclass(cls, each):
            return True
    return False


def in_words(hint: Any) -> str:
    """A type in words, such as `a whole number from 1 to 10`."""
    if isinstance(hint, tuple) or len(alternatives(hint)) > 1:
        return " or ".join(dict.fromkeys(in_words(each) for each in alternatives(hint)))
    inner, bounds = plain(hint), metadata(hint)
    if get_origin(inner) is Literal:
        return " or ".join(map(str, get_args(inner)))
    text = (
        WORDS.get(inner) or _collection(inner, bounds) or re.sub(r"\w+\.", "", getattr(inner, "__name__", str(inner)))
    )
    return text + "".join(_interval(each) for each in bounds if isinstance(each, Interval))


def _collection(hint: Any, bounds: tuple[Any, ...]) -> str:
    kind, inner = get_origin(hint), get_args(hint)
    if not isinstance(kind, type) or not inner or not issubclass(kind, Collection):
        return ""
    if issubclass(kind, Mapping):
        return f"values by name, each {in_words(inner[-1])}"
    length = next((each for each in bounds if isinstance(each, Len)), None)
    count = f"{length.min_length} " if length and length.min_length == length.max_length else ""
    at_least = " (at least one)" if length and not count and length.min_length == 1 else ""
    of = plain(inner[0])
    ranges = "".join(_interval(each) for each in metadata(inner[0]) if isinstance(each, Interval))
    return f"a list of {count}{PLURALS.get(of, in_words(of))}{ranges}{at_least}"


def _interval(bounds: Interval) -> str:
    low, high = bounds.ge if bounds.ge is not None else bounds.gt, bounds.le if bounds.le is not None else bounds.lt
    joint = "above" if bounds.ge is None else "from"
    text = "" if low is None else f" {joint} {_number(low)}"
    if high is None:
        return text
    limit = _number(high) if bounds.le is not None else f"below {_number(high)}"
    if joint == "above" and text:
        return f"{text} and {'at most ' if bounds.le is not None else ''}{limit}"
    return f"{text} to {limit}"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
