"""Exceptions that end a command or a run on purpose, and what is said about those of the system."""

import difflib
import errno
import os
import signal
from collections.abc import Iterable
from pathlib import Path

LONGEST_MESSAGE = 500
"""Characters of the longest message on standard error."""

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_UNUSABLE_PATH = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP, errno.EINVAL)
"""Errors of a path that can never work; the others may have passed at the next attempt."""


_SET_CACHE = "set runtime.cache=FOLDER to one that this user may write, or runtime.cache=null"


class UserError(Exception):
    """A mistake that the user can correct.

    Its message is one line: what is wrong, where, and what to do. The command line prints that line and exits with
    code 2; users of the library catch it like any exception.
    """


class RunBusyError(UserError):
    """Another process is executing the run."""


class PrunedError(Exception):
    """A run of a sweep falls so far behind the others that it is not worth continuing."""


class TrainingDivergedError(Exception):
    """The loss is not finite."""


class LeaseLostError(Exception):
    """The lease of this process was removed, or another process has taken it over."""


class StoppedError(SystemExit):
    """A signal asks this process to stop. It is no `Exception`, so that nothing handles it like a failure.

    Args:
        number: number of the signal; the exit code is 128 more.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.code = 128 + number

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.number).name}; start the same command again to go on"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean X?` with the known word that is spelled most like `word`, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


def explained(error: BaseException) -> tuple[str, int] | None:
    """What to print about an exception that is no bug, and the exit code: 1, or 2 for what the user can correct.

    None for any other exception, which needs its traceback.
    """
    if isinstance(error, KeyboardInterrupt):
        error = StoppedError(signal.SIGINT)
    if isinstance(error, StoppedError):
        return str(error), 128 + error.number
    if isinstance(error, UserError):
        return str(error), 2
    if isinstance(error, TrainingDivergedError | LeaseLostError):
        return str(error), 1
    if isinstance(error, OSError) and error.errno is not None:
        return _explained_os_error(error)
    if isinstance(error, ModuleNotFoundError):
        return f"a package is missing: {error}", 2
    # The names of PyTorch's own errors, which cannot be imported here.
    text = str(error)
    if text.startswith("Could not determine home directory"):
        return f"there is no home folder (HOME); {_SET_CACHE}", 2
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in text:
        reason = f" ({text.splitlines()[0]})" if text else ""
        return f"there is not enough memory{reason}; use a smaller data.batch_size or a machine with more", 1
    return None


def escaped(text: str) -> str:
    """A text in which characters that are not printed are written out, such as `\\x1b`."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def one_line(message: str) -> str:
    """A message in one line of limited length, without control characters."""
    longest = LONGEST_MESSAGE // 2
    if len(message) > LONGEST_MESSAGE:
        # Cut before anything else, because a name in a file may have megabytes.
        message = f"{message[: 2 * longest]} {message[-2 * longest :]}"
    shown = escaped(" ".join(message.split()))
    return shown if len(shown) <= LONGEST_MESSAGE else f"{shown[: longest - 3]}...{shown[-longest:]}"


def _explained_os_error(error: OSError) -> tuple[str, int]:
    reason = os.strerror(error.errno or 0)
    path = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes | os.PathLike) else None
    place = f"{path}: " if path is not None else ""
    if error.errno == errno.EPIPE and path is None:
        return "standard output was closed; nobody reads what is printed", 1
    if error.errno in DISK_FULL:
        return f"{place}cannot be written ({reason}); free some space, then repeat the command", 1
    if path is not None and _belongs_to_cache(path):
        return f"{place}cannot be used as a cache ({reason}); {_SET_CACHE}", 2
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{place}cannot be used ({reason}); choose a folder that this user may write", 1
    return f"{place}{reason}; check the path, then repeat the command", 2 if error.errno in _UNUSABLE_PATH else 1


def _belongs_to_cache(path: Path) -> bool:
    """Whether a path lies in the default cache, or is a folder that should hold it."""
    cache = Path(os.environ.get("WSED_CACHE") or os.path.expanduser("~/.cache/wsed"))  # noqa: PTH111  # never fails
    return path == cache or path in cache.parents or cache in path.parents
