"""Files of others: opened only if they are regular files, and read only up to a limit."""

import os
import stat
from io import BufferedReader
from pathlib import Path

from wsed.errors import UserError

MOST_TEXT = 256 * 2**20
"""Bytes. The largest text file, such as a table or a config, that is read."""


def open_regular(path: Path, follow_links: bool = True) -> BufferedReader:
    """Opens a file for reading without ever waiting: a pipe, a device or a socket is refused before it is read.

    Args:
        path: path of the file.
        follow_links: whether `path` may be a symbolic link.

    Raises:
        UserError: `path` is not a regular file, or cannot be opened.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {why_not_regular(path) or _reason(error)}; check the path") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UserError(f"{path}: {why_not_regular(path)}; replace it by a file")
    return os.fdopen(descriptor, "rb")


def why_not_regular(path: Path) -> str | None:
    """Why a path is not a regular file that could be read, in words; None if it is one, also through links."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError) and path.is_symlink():
            return "is a link to nothing"
        return _reason(error)
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    kind = stat.S_IFMT(mode)
    return None if kind == stat.S_IFREG else f"is {kinds.get(kind, 'a device')}, not a file"


def read_text(path: Path, limit: int = MOST_TEXT) -> str:
    """The text of a UTF-8 file, without a byte-order mark.

    Args:
        path: path of the file.
        limit: the largest size in bytes.

    Raises:
        UserError: the file cannot be read, is larger, or is not text in UTF-8.
    """
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size > limit:
            raise UserError(f"{path}: has more than {limit / 2**20:.0f} MB; check that it is the right file")
        content = file.read(limit + 1)
    try:
        # utf-8-sig drops the byte-order mark that spreadsheets write.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not text in UTF-8; check that it is the right file") from error


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "must not be read by this user"
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else f"cannot be read ({error})"
