"""The texts of `wsed --help`, `wsed train --help` and `wsed data --help`.

Imports nothing heavy, so that help appears at once.
"""

from collections.abc import Sequence

from wsed import __version__
from wsed.config.groups import groups, search_path

SUBCOMMANDS = {
    "train": "train and test the system that a config describes, or sweep over many configs",
    "data": "list and check corpora, write mixtures to disk (`wsed data --help`)",
    "evaluate": "score a run, or the predictions of any other system",
    "sweep": "show the state of the runs of a sweep, or describe a sweep to W&B",
    "report": "compare runs on one page and in tables",
    "detect": "find the events in recordings",
    "separate": "separate the sounds in recordings",
    "tune": "choose the thresholds of a trained system on recordings with strong labels",
    "export": "write a trained system for programs without wsed, as ONNX or TorchScript",
    "demo": "show a page in the browser: record or drop a sound, see masks and events, listen to the sources",
    "reproduce": "train the systems of a paper again, and judge its claims",
    "fuse": "average the predictions of runs, or of several epochs of a run, and score the average",
}

OVERVIEW = """wsed {version}: weakly supervised sound event detection and separation

usage: wsed SUBCOMMAND ...

{subcommands}

config groups (wsed train GROUP=CHOICE ...; commas and -m sweep over several choices):
{groups}"""

TRAIN = """usage: wsed train [GROUP=CHOICE ...] [KEY=VALUE ...] [-m]

  -m, --multirun   one run for each combination of comma-separated values, then a comparison
  --cfg job        print the composed config and exit
  --resolve        with --cfg, replace references by their values

The run folder is outputs/NAME/RUN, or DIR with hydra.run.dir=DIR. A finished run is not repeated, unless force=true is
given.

your own parts: a part is a class and a choice of a config group. Put the class in MY/my_module.py, and
`_target_: my_module.MyClass` with its arguments in MY/conf/GROUP/CHOICE.yaml. Then

  export PYTHONPATH=/MY
  wsed train 'hydra.searchpath=[file:///MY/conf]' GROUP=CHOICE
  wsed train --help 'hydra.searchpath=[file:///MY/conf]'      lists your choices, too

config groups:
{groups}"""

DATA = """usage: wsed data list [CHOICE ...]
       wsed data check data=CHOICE [KEY=VALUE ...] [--json]
       wsed data mix FOLDER [data=CHOICE] [KEY=VALUE ...]

list   shows what each corpus is, its licence, where to get it, and the expected layout of its files
check  reads a whole corpus and prints what it contains and what is wrong with it; exits with 1 if anything is wrong
mix    writes the mixtures that `wsed train` would make with the same overrides: FOLDER/<split>/ gets audio/, sources/,
       strong.tsv, weak.tsv and plan.jsonl; train on them with `wsed train data=mixed data.root=FOLDER`

  wsed data check data=esc10 data.root=ESC10
  wsed data mix mixtures data=esc10 data.root=ESC10 data.clips.train=100

choices of data:
{data}"""


def overview(words: Sequence[str] = ()) -> str:
    """The text of `wsed --help`.

    Args:
        words: the other words of the command line, such as `hydra.searchpath=[...]`.
    """
    return OVERVIEW.format(version=__version__, subcommands=_table(SUBCOMMANDS), groups=_group_lines(words))


def train_help(words: Sequence[str] = ()) -> str:
    """The text of `wsed train --help`; see `overview`."""
    return TRAIN.format(groups=_group_lines(words))


def data_help(words: Sequence[str] = ()) -> str:
    """The text of `wsed data --help`; see `overview`."""
    return DATA.format(data=_table(groups(words)["data"]))


def _group_lines(words: Sequence[str]) -> str:
    """Every config group with its choices, one per line, then the search path's folders that do not exist."""
    choices = groups(words)
    width = max(len(choice) for of_group in choices.values() for choice in of_group)
    lines = []
    for group, of_group in choices.items():
        lines += [f"  {group}"] + [f"    {choice:<{width}}  {comment}" for choice, comment in of_group.items()]
    missing = [f"  {folder}: there is no such folder" for folder in search_path(words) if not folder.is_dir()]
    return "\n".join([*lines, *missing])


def _table(entries: dict[str, str]) -> str:
    width = max(map(len, entries))
    return "\n".join(f"  {name:<{width}}  {text}" for name, text in entries.items())
