"""The `wsed` command."""

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from wsed import __version__, overview
from wsed.errors import UserError
from wsed.groups import nearest

HELP_FLAGS = {"-h", "--help"}


def main(arguments: list[str] | None = None) -> int:
    """Runs a subcommand.

    Args:
        arguments: of the command line, without the program's name.

    Returns:
        Exit code: 0, 1 for a failure, 2 for a user's mistake.
    """
    words = sys.argv[1:] if arguments is None else arguments
    name, rest = (words[0], words[1:]) if words else ("--help", [])
    asks = bool(HELP_FLAGS & set(rest))
    if name in HELP_FLAGS:
        print(overview.overview())
    elif name == "--version":
        print(__version__)
    elif name == "train" and asks:
        print(overview.train_help())
    elif name == "train":
        from wsed.train import main as train

        return train(rest)
    elif name == "data" and (asks or not rest):
        print(overview.data_help())
    elif name == "data":
        from wsed.data_commands import main as data

        return data(rest)
    elif name == "evaluate":
        from wsed.evaluate import main as evaluate

        return evaluate(rest)
    elif name == "sweep":
        from wsed.sweep import main as sweep

        return sweep(rest)
    elif name == "report":
        from wsed.report import main as report

        return report(rest)
    elif name == "fuse":
        from wsed.fuse import main as fuse

        return fuse(rest)
    elif name in overview.PLANNED:
        return mistake(f"{name}: is not there yet; see wsed --help")
    else:
        return mistake(f"{name}: is no subcommand; see wsed --help.{nearest(name, list(overview.SUBCOMMANDS))}")
    return 0


class Parser(argparse.ArgumentParser):
    """Options of a subcommand; says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{self.prog.split()[-1]}: {message}; see {self.prog} --help")


def exit_code(command: Callable[[], None]) -> int:
    """Runs what a subcommand does: 0, 1 if it is interrupted, 2 for a user's mistake, which is said in one line."""
    try:
        command()
    except UserError as error:
        return mistake(str(error))
    except KeyboardInterrupt:
        print("wsed: stopped", file=sys.stderr)
        return 1
    return 0


def mistake(message: str) -> int:
    """Says in one line what the user can mend; returns exit code 2."""
    print(f"wsed: {' '.join(message.split())}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
