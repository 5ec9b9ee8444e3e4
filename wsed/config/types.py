"""Whether a value of a config fits the type of an argument, and types in words."""

import math
import re
import types
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pydantic
from annotated_types import Interval, Len

from wsed.checks.ranges import INFINITE, Keys

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
    if any(getattr(each, "_is_protocol", False) for each in map(plain, alternatives(hint))):
        # Only an object has methods.
        return any(fits(value, each) for each in alternatives(hint) if not getattr(each, "_is_protocol", False))
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
        if each in (Any, object):
            return True
        if is_partial:
            if get_origin(each) is Callable:
                return True
            continue
        if (get_origin(each) or each) is cls:
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
    members = hint if isinstance(hint, tuple) else alternatives(hint)
    if len(members) > 1:
        return _choice(tuple(dict.fromkeys(text for each in members for text in _single(each))), "or")
    inner, bounds = plain(hint), metadata(hint)
    if get_origin(inner) is Literal:
        return _choice(get_args(inner), "or")
    if _is_collection(inner, Mapping):
        return _mapping(inner, bounds)
    if _is_collection(inner, Collection):
        return f"a list of {_members(inner, bounds)}"
    name = re.sub(r"\w+\.", "", getattr(inner, "__name__", str(inner)))
    return WORDS.get(inner, name) + _bounds(bounds)


def _single(hint: Any) -> list[str]:
    """The values of a literal type, or another type in words."""
    return list(map(str, get_args(hint))) if get_origin(hint) is Literal else [in_words(hint)]


def _plural(hint: Any) -> str:
    """Several values of a type in words, such as `whole numbers from 1 to 10`."""
    inner, bounds = plain(hint), metadata(hint)
    if _is_collection(inner, Collection) and not _is_collection(inner, Mapping):
        return f"lists of {_members(inner, bounds)}"
    return PLURALS[inner] + _bounds(bounds) if inner in PLURALS else f"values, each {in_words(hint)}"


def _members(hint: Any, bounds: tuple[Any, ...]) -> str:
    length = next((each for each in bounds if isinstance(each, Len)), Len(0))
    return _count(length) + _plural(get_args(hint)[0])


def _count(length: Len) -> str:
    least, most = length.min_length, length.max_length
    if most is None:
        return f"{least} or more " if least else ""
    if least == most:
        return f"{least} "
    return f"{least} to {most:,} " if least else f"up to {most:,} "


def _mapping(hint: Any, bounds: tuple[Any, ...]) -> str:
    names = next((_choice(each.names, "and") for each in bounds if isinstance(each, Keys)), "values by name")
    return f"{names}, each {in_words(get_args(hint)[1])}"


def _is_collection(hint: Any, kind: type) -> bool:
    origin = get_origin(hint)
    return isinstance(origin, type) and issubclass(origin, kind) and bool(get_args(hint))


def _choice(values: tuple[Any, ...], conjunction: str) -> str:
    *first, last = map(str, values)
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def _bounds(bounds: tuple[Any, ...]) -> str:
    ranges = [_interval(each) for each in bounds if isinstance(each, Interval)]
    lengths = [f" of {_count(each)}characters" for each in bounds if isinstance(each, Len)]
    return "".join(ranges + lengths) + (", or infinity" if INFINITE in bounds else "")


def _interval(bounds: Interval) -> str:
    low, high = bounds.ge if bounds.ge is not None else bounds.gt, bounds.le if bounds.le is not None else bounds.lt
    if low is None or high is None:
        return ""
    lowest = f" from {_number(low)}" if bounds.ge is not None else f" above {_number(low)}"
    if bounds.le is None:
        return f"{lowest} to below {_number(high)}" if bounds.ge is not None else f"{lowest} and below {_number(high)}"
    return f"{lowest} to {_number(high)}" if bounds.ge is not None else f"{lowest}, at most {_number(high)}"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
