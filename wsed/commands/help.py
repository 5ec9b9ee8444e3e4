"""What `wsed --help` and `wsed train --help` print; imports nothing heavy, so that help is there at once."""

from wsed import __version__
from wsed.config.groups import groups

SUBCOMMANDS = {
    "train": "train and test what a config describes, or sweep over many",
    "data": "list and check corpora, write mixtures to disk (`wsed data --help`)",
    "evaluate": "score a run, or what anyone's system said",
    "sweep": "say how the runs of a sweep stand, or describe one to W&B",
    "report": "compare runs on one page and in tables",
    "fuse": "average runs, and epochs of a run, and score that",
}
PLANNED = {
    "detect": "events of recordings",
    "separate": "sounds out of recordings",
}

OVERVIEW = """wsed {version}: weakly supervised sound event detection and separation

usage: wsed SUBCOMMAND ...

{subcommands}

not there yet:
{planned}

config groups (wsed train GROUP=CHOICE ...; commas and -m sweep over several):
{groups}"""

TRAIN = """usage: wsed train [GROUP=CHOICE ...] [KEY=VALUE ...] [-m]

  -m, --multirun   one run for each combination of comma-separated values, then a comparison
  --cfg job        print the composed config and stop
  --hydra-help     Hydra's own options

Run folders are outputs/NAME/RUN; hydra.run.dir=DIR chooses another. A run that is done is not run again, unless with
force=true.

config groups:
{groups}"""

DATA = """usage: wsed data list [CHOICE ...]
       wsed data check data=CHOICE [KEY=VALUE ...] [--json]
       wsed data mix FOLDER [data=CHOICE] [KEY=VALUE ...]

list   says what each corpus is, its licence, where to get it, and the layout that is expected
check  reads a whole corpus and says what it holds and what is wrong with it; the exit code is 1 if anything is
mix    writes the mixtures that `wsed train` would make of the same overrides: FOLDER/<split>/ gets audio/, sources/,
       strong.tsv, weak.tsv and plan.jsonl; train on them with `wsed train data=mixed data.root=FOLDER`

  wsed data check data=esc10 data.root=ESC10
  wsed data mix mixtures data=esc10 data.root=ESC10 data.clips.train=100

data has:
{data}"""


def overview() -> str:
    """What `wsed --help` prints."""
    return OVERVIEW.format(
        version=__version__, subcommands=_table(SUBCOMMANDS), planned=_table(PLANNED), groups=_groups()
    )


def train_help() -> str:
    """What `wsed train --help` prints."""
    return TRAIN.format(groups=_groups())


def data_help() -> str:
    """What `wsed data --help` prints."""
    return DATA.format(data=_table(groups()["data"]))


def _groups() -> str:
    """Every config group with its choices, a line each."""
    width = max(len(choice) for choices in groups().values() for choice in choices)
    lines = []
    for group, choices in groups().items():
        lines += [f"  {group}"] + [f"    {choice:<{width}}  {comment}" for choice, comment in choices.items()]
    return "\n".join(lines)


def _table(entries: dict[str, str]) -> str:
    return "\n".join(f"  {name:<10} {text}" for name, text in entries.items())
