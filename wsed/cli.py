"""The `wsed` command."""

import sys

from wsed import __version__

SUBCOMMANDS = {
    "train": "train and test what a config describes, or sweep over many",
    "data": "write mixtures to disk (`wsed data mix`)",
}
PLANNED = {
    "evaluate": "score a trained system, or anyone's event and score files",
    "detect": "events of recordings",
    "separate": "sounds out of recordings",
    "report": "compare runs on one page",
}

HELP = """wsed {version}: weakly supervised sound event detection and separation

usage: wsed SUBCOMMAND ...

{subcommands}

not there yet:
{planned}

config groups (wsed train GROUP=CHOICE ...; commas and -m sweep over several):
{groups}"""


def main(arguments: list[str] | None = None) -> int:
    """Runs a subcommand.

    Args:
        arguments: of the command line, without the program's name.

    Returns:
        Exit code: 0, 1 for a failure, 2 for a user's mistake.
    """
    words = sys.argv[1:] if arguments is None else arguments
    name = words[0] if words else "--help"
    if name in ("-h", "--help"):
        print(overview())
        return 0
    if name == "--version":
        print(__version__)
        return 0
    if name == "train":
        from wsed.train import main as subcommand
    elif name == "data":
        from wsed.mix import main as subcommand
    else:
        return mistake(_unknown(name))
    return subcommand(words[1:])


def mistake(message: str) -> int:
    """Says in one line what the user can mend; returns exit code 2."""
    print(f"wsed: {' '.join(message.split())}", file=sys.stderr)
    return 2


def overview() -> str:
    """What `wsed --help` prints."""
    return HELP.format(
        version=__version__, subcommands=_table(SUBCOMMANDS), planned=_table(PLANNED), groups=group_table()
    )


def group_table() -> str:
    """Every config group with its choices, a line each."""
    from wsed.groups import groups

    width = max(len(choice) for choices in groups().values() for choice in choices)
    lines = []
    for group, choices in groups().items():
        lines += [f"  {group}"] + [f"    {choice:<{width}}  {comment}" for choice, comment in choices.items()]
    return "\n".join(lines)


def _table(entries: dict[str, str]) -> str:
    return "\n".join(f"  {name:<10} {text}" for name, text in entries.items())


def _unknown(name: str) -> str:
    from wsed.groups import nearest

    if name in PLANNED:
        return f"{name}: is not there yet; see wsed --help"
    return f"{name}: is no subcommand; see wsed --help.{nearest(name, list(SUBCOMMANDS))}"


if __name__ == "__main__":
    sys.exit(main())
