"""`wsed data`: corpora listed and checked, mixtures written to disk."""

import json
from dataclasses import asdict
from pathlib import Path

import yaml
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from wsed.commands.parser import exit_code
from wsed.config.compose import compose_config, hydra_initialized
from wsed.config.groups import conf_folder, groups
from wsed.config.instantiate import instantiate, locate
from wsed.config.validate import validate
from wsed.data.check import Report, check_recordings, check_soundbank
from wsed.data.corpus_info import CorpusInfo
from wsed.data.datamodules import MixtureDataModule, RecordingDataModule
from wsed.data.mixing.export import export_mixtures
from wsed.data.soundbanks.files import FileSoundbankLoader
from wsed.errors import UserError, did_you_mean


def main(words: list[str]) -> int:
    """Runs a subcommand of `wsed data`; returns the exit code, 1 for a corpus with something wrong."""
    commands = {"mix": mix, "check": check, "list": list_corpora}
    found = [0]

    def run() -> None:
        if words[0] not in commands:
            known = list(commands)
            raise UserError(
                f"data {words[0]}: is no subcommand; it has {', '.join(known)}.{did_you_mean(words[0], known)}"
            )
        found[0] = commands[words[0]](words[1:])

    return exit_code(run) or found[0]


def mix(words: list[str]) -> int:
    """Writes the mixtures that overrides describe.

    Args:
        words: the folder, and overrides.

    Raises:
        UserError: words that do not fit, or data that cannot be used.
    """
    if not words or "=" in words[0]:
        raise UserError("data mix: needs the folder to write, as in `wsed data mix FOLDER data=esc10 data.root=ESC10`")
    folder, overrides = Path(words[0]), words[1:]
    with hydra_initialized():
        config = validate(compose_config([*overrides, "data.fresh=false"]))
    data = instantiate(config["data"]["module"])
    if not isinstance(data, MixtureDataModule):
        raise UserError("data: this choice holds mixtures that are on disk already; choose a soundbank")
    about = {"labels": config["data"]["labels"], "sample_rate": config["data"]["sample_rate"], "overrides": overrides}
    export_mixtures(data, folder, about)
    print(f"{folder}: holds {', '.join(f'{len(clips)} {split}' for split, clips in data.sets.items())} mixtures")
    return 0


def check(words: list[str]) -> int:
    """Reads a whole corpus and says what it holds and what is wrong.

    Args:
        words: overrides, and `--json` for machines.

    Returns:
        1 if something is wrong.

    Raises:
        UserError: words that do not fit, or a choice of data without files.
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
    else:
        raise UserError("data check: needs a corpus of files, as in `wsed data check data=desed data.root=DESED`")
    if "--json" in words:
        print(json.dumps(asdict(report), indent=2))
    else:
        _show(report)
    return 1 if report.problems else 0


def _show(report: Report) -> None:
    console = Console(soft_wrap=True, highlight=False)
    table = Table("", *report.splits, box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    splits = report.splits.values()
    table.add_row("clips", *(str(split.clips) for split in splits))
    table.add_row("hours", *(f"{split.hours:.2f}" for split in splits))
    table.add_row("without labels", *(str(split.without_labels) for split in splits), end_section=True)
    for label in sorted({label for split in splits for label in split.classes}):
        table.add_row(label, *(str(split.classes.get(label, 0)) for split in splits))
    console.print(table)
    rates = ", ".join(f"{count} of {rate} Hz" for rate, count in report.rates.items())
    channels = ", ".join(f"{count} with {number}" for number, count in report.channels.items())
    print(f"files: {rates or 'none'}; channels: {channels or 'none'}; cache: {report.cache / 1e6:.1f} MB")
    for problem in report.problems:
        print(f"wrong: {problem}")
    print(f"{len(report.problems)} problems" if report.problems else "nothing is wrong")


def list_corpora(words: list[str]) -> int:
    """Says of every corpus what it is, its licence, where to get it, and the layout that is expected.

    Args:
        words: choices of `data`; all of them without any.
    """
    choices = list(groups()["data"])
    for word in words:
        if word not in choices:
            raise UserError(f"data list: {word} is no choice of data.{did_you_mean(word, choices)}")
    for choice in words or choices:
        info = _corpus_info(choice)
        if info is not None:
            print(f"data={choice}\n  {info.what}\n  licence: {info.licence}")
            if info.home:
                print(f"  get it: {info.home}")
            print("  layout: " + "\n          ".join(info.layout) + "\n")
    return 0


def _corpus_info(choice: str) -> CorpusInfo | None:
    """What the reader behind a choice of `data` says of its corpus; None for one that reads no corpus."""
    content = yaml.safe_load((conf_folder() / "data" / f"{choice}.yaml").read_text(encoding="utf-8"))
    for key in ("soundbank", "corpus"):
        if key in content:
            info: CorpusInfo = locate(content[key]["_target_"]).info  # type: ignore[attr-defined]  # every reader has one
            return info
    above = [name for name in content.get("defaults", []) if not name.startswith("_")]
    return _corpus_info(above[0]) if above else None
