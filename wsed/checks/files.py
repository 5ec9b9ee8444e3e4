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


def open_inside(folder: Path, path: Path) -> BufferedReader:
    """Opens a regular file that lies in a folder, also after every link on the way has been followed.

    Args:
        folder: the folder; it may be a link itself.
        path: path of the file, below `folder`.

    Raises:
        UserError: a link leads out of the folder, or `open_regular` refuses the file.
    """
    # Not Path.resolve, which raises an error of its own for links in a circle.
    try:
        real = Path(os.path.realpath(path))
        inside = real.is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {_reason(error)}; check the path") from error
    if not inside:
        raise UserError(f"{path}: is a link out of its folder; replace it by a file")
    try:
        return open_regular(real, follow_links=False)
    except UserError as error:
        raise UserError(f"{path}{str(error).removeprefix(str(real))}") from error


def exists(path: Path) -> bool:
    """Whether there is anything at a path, also a broken link or what must not be read.

    `Path.exists` raises an error where a folder must not be searched, and takes a broken link for nothing.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True


def read_bytes(path: Path, limit: int, inside: Path | None = None) -> bytes:
    """The content of a regular file.

    Args:
        path: path of the file.
        limit: the largest size in bytes.
        inside: the folder that no link may lead out of; None if links may lead anywhere.

    Raises:
        UserError: the file cannot be read, is larger, or a link leads out of the folder.
    """
    try:
        with open_regular(path) if inside is None else open_inside(inside, path) as file:
            # One byte more, for a file that grows meanwhile.
            content = file.read(limit + 1) if os.fstat(file.fileno()).st_size <= limit else None
    except OSError as error:
        raise UserError(f"{path}: {_reason(error)}; check the disk") from error
    if content is None or len(content) > limit:
        raise UserError(f"{path}: has more than {size_text(limit)}; check that it is the right file")
    return content


def read_text(path: Path, limit: int = MOST_TEXT, inside: Path | None = None) -> str:
    """The text of a UTF-8 file, without a byte-order mark.

    Args:
        path: path of the file.
        limit: the largest size in bytes.
        inside: see `read_bytes`.

    Raises:
        UserError: see `read_bytes`, or the file is not text in UTF-8.
    """
    content = read_bytes(path, limit, inside)
    try:
        # utf-8-sig drops the byte-order mark that spreadsheets write.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not text in UTF-8; check that it is the right file") from error


def size_text(size: int) -> str:
    """A number of bytes in words, such as `2 MB`."""
    return f"{size / 2**20:.0f} MB" if size >= 2**20 else f"{size / 2**10:.0f} KB"


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "must not be read by this user"
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else f"cannot be read ({error})"
