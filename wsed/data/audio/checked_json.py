"""JSON files of the cache. Their first line is a checksum of the rest, so that a damaged file is ignored."""

import json
import zlib
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from wsed.atomic import write_text
from wsed.checks.files import read_text
from wsed.errors import UserError

T = TypeVar("T")


def write_checked(path: Path, value: Any) -> None:
    """Writes a value atomically.

    Args:
        path: path of the file; its folder must exist.
        value: consists of the types of JSON.

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(value)
    write_text(path, f"{_checksum(text)}\n{text}")


def read_checked(path: Path, kind: "pydantic.TypeAdapter[T]") -> T | None:
    """Reads what `write_checked` wrote.

    Args:
        path: path of the file.
        kind: type of the value.

    Returns:
        The value; None if there is no such file, if it is damaged, or if the value has another type.
    """
    try:
        checksum, _, text = read_text(path).partition("\n")
        return kind.validate_json(text, strict=True) if checksum == _checksum(text) else None
    except (UserError, OSError, pydantic.ValidationError):
        return None


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
