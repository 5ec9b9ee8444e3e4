"""Names in files of others: they lead to files below one folder and nowhere else."""

import unicodedata
from pathlib import Path, PurePosixPath

from wsed.checks.printable import UNSEEN
from wsed.errors import UserError, escaped

LONGEST = 255
"""Bytes. The longest name of a file on most file systems."""


def check_name(name: str, where: str) -> str:
    """Checks a name that becomes part of a path, such as a filename in a table: a path below the folder.

    Args:
        name: a relative path with forward slashes.
        where: the place of the name, such as `FILE, row N`, for messages.

    Returns:
        The name.

    Raises:
        UserError: the name is empty, absolute, leads out of its folder, or is no name on a file system.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise UserError(f"{where}: '{shortened(name)}' leads out of its folder; give a path below the folder")
    if not is_writable(name) or any(len(part.encode(errors="surrogateescape")) > LONGEST for part in parts):
        raise UserError(f"{where}: '{shortened(name)}' cannot be the name of a file; rename it")
    return name


def check_part(name: str, where: str) -> str:
    """Checks a name that becomes one file or folder, such as an event class: like `check_name`, without slashes.

    Raises:
        UserError: the name has slashes, or `check_name` refuses it.
    """
    if "/" in name or "\\" in name or name == ".":
        raise UserError(f"{where}: '{shortened(name)}' cannot be the name of a file; leave out the slashes")
    return check_name(name, where)


def below(folder: Path, name: str, where: str) -> Path:
    """The path of a named file below a folder.

    Raises:
        UserError: see `check_name`.
    """
    return folder / check_name(name, where)


def is_writable(name: str) -> bool:
    """Whether a name can be written in a table or a message: it is valid UTF-8, without line breaks and the like."""
    return not any(unicodedata.category(character) in UNSEEN for character in name)


def shortened(text: str, longest: int = 80) -> str:
    """A text for a message: cut in the middle if it is long, and with escapes for characters that are not printed."""
    half = (longest - 3) // 2
    return escaped(text if len(text) <= longest else f"{text[:half]}...{text[-half:]}")
