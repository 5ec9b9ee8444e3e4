"""`wsed data`: lists and checks corpora, and writes mixtures to disk."""

import json
from dataclasses import asdict
from pathlib import Path

import yaml
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wsed.commands.parser import exit_code
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import conf_folder, groups
from wsed.config.instantiate import instantiate, locate
from wsed.config.validate import validate
from wsed.data.check import CorpusReport, check_mixtures, check_recordings, check_soundbank
from wsed.data.corpus_info import CorpusInfo
from wsed.data.datamodules.exported_mixtures import ExportedMixtureDataModule
from wsed.data.datamodules.mixtures import MixtureDataModule
from wsed.data.datamodules.recordings import RecordingDataModule
from wsed.data.export import export_mixtures
from wsed.data.soundbanks.files import FileSoundbankLoader
from wsed.errors import UserError, did_you_mean


def main(words: list[str]) -> int:
    """Runs a subcommand of `wsed data`.

    Args:
        words: the subcommand and its words.

    Returns:
        The exit code: 0, 1 for a corpus with problems, or 2 for a user's mistake.
    """
    commands = {"mix": mix, "check": check, "list": list_corpora}
    found = [0]

    def run() -> None:
        if words[0] not in commands:
            known = list(commands)
            raise UserError(
                f"data {words[0]}: is no subcommand; use one of {', '.join(known)}.{did_you_mean(words[0], known)}"
            )
        found[0] = commands[words[0]](words[1:])

    return exit_code(run) or found[0]


def mix(words: list[str]) -> int:
    """Writes the mixtures that overrides describe to a folder.

    Args:
        words: the folder, then overrides.

    Returns:
        0.

    Raises:
        UserError: the words cannot be used, the data cannot, or the folder cannot be written.
    """
    if not words or "=" in words[0]:
        raise UserError("data mix: needs the folder to create, as in `wsed data mix FOLDER data=esc10 data.root=ESC10`")
    folder, overrides = Path(words[0]), words[1:]
    with hydra_initialized():
        config = validate(compose_config(overrides))
    data = instantiate(config["data"]["module"])
    if not isinstance(data, MixtureDataModule):
        raise UserError(
            "data mix: needs a soundbank, as in `wsed data mix FOLDER data=esc10`; this choice of data has none"
        )
    description = {name: config["data"][name] for name in ("labels", "sample_rate")}
    try:
        export_mixtures(data, folder, {**description, "overrides": overrides})
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror or error}); choose another folder") from error
    print(f"{folder}: has {', '.join(f'{len(dataset)} {split}' for split, dataset in data.datasets.items())} mixtures")
    return 0


def check(words: list[str]) -> int:
    """Reads a whole corpus, and prints what it has and every problem.

    Args:
        words: overrides, and `--json` to print JSON.

    Returns:
        1 if there are problems, otherwise 0.

    Raises:
        UserError: the overrides cannot be used, or the choice of data has no files.
    """
    overrides = [word for word in words if word != "--json"]
    with hydra_initialized():
        config = validate(compose_config(overrides))
    data = instantiate(config["data"]["module"])
    if isinstance(data, MixtureDataModule) and isinstance(data.soundbank, FileSoundbankLoader):
        data.soundbank.audio.on_error = "skip"
        report = check_soundbank(data.soundbank, data.folds)
    elif isinstance(data, RecordingDataModule):
        assert data.audio is not None
        data.audio.on_error = "skip"
        report = check_recordings(data.corpus, data.audio, data.labels, data.parts)
    elif isinstance(data, ExportedMixtureDataModule):
        report = check_mixtures(data.root, data.labels, data.sample_rate)
    else:
        raise UserError("data check: needs a corpus of files, as in `wsed data check data=desed data.root=DESED`")
    if "--json" in words:
        print(json.dumps(asdict(report), indent=2))
    else:
        _show(report)
    return 1 if report.problems else 0


def _show(report: CorpusReport) -> None:
    """Prints a report as a table and lines."""
    console = Console(soft_wrap=True, highlight=False)
    table = Table("", *report.splits, box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    splits = report.splits.values()
    table.add_row("clips", *(str(split.clips) for split in splits))
    table.add_row("hours", *(f"{split.hours:.2f}" for split in splits))
    table.add_row("without labels", *(str(split.without_labels) for split in splits), end_section=True)
    for label in sorted({label for split in splits for label in split.classes}):
        table.add_row(escape(label), *(str(split.classes.get(label, 0)) for split in splits))
    console.print(table)
    rates = ", ".join(f"{count} of {rate} Hz" for rate, count in report.rates.items())
    channels = ", ".join(f"{count} with {number}" for number, count in report.channels.items())
    print(f"files: {rates or 'none'}; channels: {channels or 'none'}; cache: {report.cache / 1e6:.1f} MB")
    for remark in report.remarks:
        print(f"remark: {remark}")
    for problem in report.problems:
        # Names of files may have bytes that are not UTF-8, and line breaks.
        print(f"problem: {' '.join(problem.encode(errors='backslashreplace').decode().split())}")
    print(f"{len(report.problems)} problems" if report.problems else "no problems")


def list_corpora(words: list[str]) -> int:
    """Prints the content of each corpus, its licence, where to get it, and the files that its reader expects.

    Args:
        words: choices of `data`; none for all of them.

    Returns:
        0.

    Raises:
        UserError: a word is no choice of `data`.
    """
    choices = list(groups()["data"])
    for word in words:
        if word not in choices:
            raise UserError(f"data list: {word} is no choice of data.{did_you_mean(word, choices)}")
    for choice in words or choices:
        info = _corpus_info(choice)
        if info is not None:
            print(f"data={choice}\n  {info.content}\n  licence: {info.licence}")
            if info.url:
                print(f"  get it: {info.url}")
            print("  layout: " + "\n          ".join(info.layout) + "\n")
    return 0


def _corpus_info(choice: str) -> CorpusInfo | None:
    """The `info` of the class that reads a choice of `data`; None for a choice that reads no corpus."""
    content = yaml.safe_load((conf_folder() / "data" / f"{choice}.yaml").read_text(encoding="utf-8"))
    for key in ("soundbank", "corpus"):
        if key in content:
            info: CorpusInfo | None = getattr(locate(content[key]["_target_"]), "info", None)
            return info
    above = [name for name in content.get("defaults", []) if not name.startswith("_")]
    return _corpus_info(above[0]) if above else None
