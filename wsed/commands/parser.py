"""The options parser and the error messages that the subcommands share."""

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from wsed.checks.names import shortened
from wsed.checks.printable import printable
from wsed.errors import UserError

LONGEST = 580
"""Characters of the longest message; more of it would be a name or a value without end."""


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


def exit_code(command: Callable[[], None]) -> int:
    """Runs a subcommand; returns its exit code: 0, 1 if interrupted, 2 for a mistake, which is printed in one line."""
    try:
        command()
    except UserError as error:
        return mistake(str(error))
    except KeyboardInterrupt:
        print("wsed: stopped", file=sys.stderr)
        return 1
    return 0


def mistake(message: str) -> int:
    """Prints a mistake of the user in one line, without characters that a terminal obeys; returns exit code 2."""
    print(f"wsed: {shortened(printable(' '.join(message.split())), LONGEST)}", file=sys.stderr)
    return 2
