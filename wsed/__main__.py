"""The `wsed` command."""

import sys

from wsed import __version__
from wsed.commands import help as help_texts
from wsed.commands.parser import mistake
from wsed.errors import did_you_mean

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
        print(help_texts.overview(rest))
    elif name == "--version":
        print(__version__)
    elif name == "train" and asks:
        print(help_texts.train_help(rest))
    elif name == "train":
        from wsed.commands.train import main as train

        return train(rest)
    elif name == "data" and (asks or not rest):
        print(help_texts.data_help(rest))
    elif name == "data":
        from wsed.commands.data import main as data

        return data(rest)
    elif name == "evaluate":
        from wsed.commands.evaluate import main as evaluate

        return evaluate(rest)
    elif name == "sweep":
        from wsed.commands.sweep import main as sweep

        return sweep(rest)
    elif name == "report":
        from wsed.commands.report import main as report

        return report(rest)
    elif name == "fuse":
        from wsed.commands.fuse import main as fuse

        return fuse(rest)
    elif name in help_texts.PLANNED:
        return mistake(f"{name}: is not there yet; see wsed --help")
    else:
        return mistake(f"{name}: is no subcommand; see wsed --help.{did_you_mean(name, list(help_texts.SUBCOMMANDS))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
