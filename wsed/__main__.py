"""The `wsed` command."""

import sys
from importlib import import_module

from wsed import __version__
from wsed.commands import help as help_texts
from wsed.commands.parser import check_working_directory, exit_code, mistake
from wsed.errors import did_you_mean
from wsed.imports import quick_imports

HELP_FLAGS = {"-h", "--help"}


def main(arguments: list[str] | None = None) -> int:
    """Runs a subcommand.

    Args:
        arguments: arguments of the command line, without the name of the program.

    Returns:
        Exit code: 0, 1 for a failure, 2 for a mistake of the user, 128 and the number of the signal that stopped it.
    """
    words = sys.argv[1:] if arguments is None else arguments
    # Here as well as in the subcommands, since a signal may come while these are imported.
    return exit_code(lambda: _run(words))


def _run(words: list[str]) -> int:
    name, rest = (words[0], words[1:]) if words else ("--help", [])
    asks_for_help = bool(HELP_FLAGS & set(rest))
    if name in HELP_FLAGS:
        print(help_texts.overview(rest))
    elif name == "--version":
        print(__version__)
    elif name == "train" and asks_for_help:
        print(help_texts.train_help(rest))
    elif name == "data" and (asks_for_help or not rest):
        print(help_texts.data_help(rest))
    elif name in help_texts.SUBCOMMANDS:
        check_working_directory()
        with quick_imports():
            command = import_module(f"wsed.commands.{name}")
        code: int = command.main(rest)
        return code
    else:
        return mistake(f"{name}: is not a subcommand; see wsed --help.{did_you_mean(name, help_texts.SUBCOMMANDS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
