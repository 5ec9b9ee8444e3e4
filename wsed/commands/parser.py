"""The options parser of the subcommands, and how each of them ends: its last message and its exit code."""

import argparse
import contextlib
import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, TextIO

from wsed.errors import UserError, explained, one_line
from wsed.runs.stop_signals import stopped_by_signals


class Parser(argparse.ArgumentParser):
    """Parses the options of a subcommand; reports a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{self.prog.split()[-1]}: {message}; see {self.prog} --help")


def add_allow(options: argparse.ArgumentParser) -> None:
    """Adds the option `--allow`, for commands that read the checkpoints and run folders of others."""
    options.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="MODULE",
        help="module or package whose classes a run may name; without it, only those of wsed (repeatable)",
    )


def exit_code(command: Callable[[], int | None]) -> int:
    """Runs a subcommand; the only place that turns exceptions into messages and exit codes.

    Args:
        command: the subcommand; it may return an exit code of its own.

    Returns:
        The exit code: 0; 1 for a failure or damage at run time; 2 for a mistake of the user; 128 and the number of the
        signal for a command that was stopped. All but 0 come with one line on standard error, except that a bug has its
        traceback.
    """
    try:
        _open_streams()
        with stopped_by_signals():
            code = command() or 0
            sys.stdout.flush()
            return code
    except BaseException as error:
        return _ended_by(error)


def mistake(message: str) -> int:
    """Prints a mistake of the user in one line of limited length; returns exit code 2."""
    _say(message)
    return 2


def check_working_directory() -> None:
    """Checks that the working directory exists.

    Raises:
        UserError: it was deleted.
    """
    try:
        os.getcwd()  # noqa: PTH109  # Path.cwd() is the same call
    except FileNotFoundError as error:
        raise UserError("the working directory was deleted; cd to one that exists") from error


def _ended_by(error: BaseException) -> int:
    closed = _closed_output()
    if closed is not None:
        error = closed
    said = explained(error)
    if said is not None:
        message, code = said
        _say(f"standard output: {message}" if closed is not None and closed.errno != errno.EPIPE else message)
        return code
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    with contextlib.suppress(OSError):
        traceback.print_exception(error)
    return 1


def _say(message: str) -> None:
    # With standard error closed as well, the exit code has to do.
    with contextlib.suppress(OSError):
        print(f"wsed: {one_line(message)}", file=sys.stderr, flush=True)


def _open_streams() -> None:
    """Makes standard output and standard error usable: closed ones lead to nowhere, and any text can be printed."""
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        # Otherwise the next file to be opened would get this number, and what is printed.
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            continue
        os.open(os.devnull, os.O_RDWR)
        setattr(sys, name, os.fdopen(descriptor, "r" if name == "stdin" else "w", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _closed_output() -> OSError | None:
    """The error of standard output, if it cannot be written; what is printed from then on leads to nowhere."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _lead_nowhere(sys.stdout)
        return error
    return None


def _lead_nowhere(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)
