"""The files of a run folder: their paths and their content.

Only this module knows the file names; other modules get the path or the content of a file from here.
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from wsed.checks.clip_names import score_names, sound_folder
from wsed.errors import UserError


class RunFolder:
    """One run folder. It may be empty or not exist yet.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config_path = path / "config.yaml"
        self.status_path = path / "status.json"
        self.results_path = path / "results.json"
        self.curves_path = path / "metrics.csv"
        self.postprocessing_path = path / "postprocessing.json"
        self.nan_batch_path = path / "nan_batch.json"
        self.checkpoints = path / "checkpoints"
        self.last_checkpoint = self.checkpoints / "last.ckpt"
        self.best_checkpoint = self.checkpoints / "best.ckpt"
        self.predictions = PredictionFiles(path / "predictions")

    def snapshot(self, epoch: int) -> Path:
        """Path of the checkpoint that `keep_every` saves after an epoch; the first epoch is 1."""
        return self.checkpoints / f"epoch-{epoch:03d}.ckpt"

    def snapshots(self) -> dict[int, Path]:
        """Paths of the checkpoints that `keep_every` has saved, by epoch, in ascending order."""
        found = self.checkpoints.glob("epoch-*.ckpt")
        return dict(sorted((int(path.stem.removeprefix("epoch-")), path) for path in found))

    def config(self) -> dict[str, Any]:
        """The validated config of the run.

        Raises:
            UserError: the file is missing or holds no config.
        """
        return _read_mapping(self.config_path, "give the folder of a run")

    def status(self) -> dict[str, Any]:
        """`status`, `reason`, `identity`, `command` and the process of the run; empty if the file is missing.

        Raises:
            UserError: the file holds no status.
        """
        return _read_mapping(self.status_path, "train this run again") if self.status_path.is_file() else {}

    def results(self) -> dict[str, Any]:
        """Scores, timing and environment of the run; empty if the file is missing.

        Raises:
            UserError: the file holds no results.
        """
        return _read_mapping(self.results_path, "run the test of this run again") if self.results_path.is_file() else {}

    def postprocessing(self) -> dict[str, Any]:
        """The arguments of the post-processing that the run was tested with.

        Raises:
            UserError: the file is missing or holds no arguments.
        """
        return _read_mapping(self.postprocessing_path, "run the test of this run again")


class PredictionFiles:
    """What a system predicted on a test split, in the formats of the field.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scores = path / "scores"
        self.tags = path / "tags.tsv"
        self.events = path / "events.tsv"
        self.reference = path / "reference.tsv"
        self.durations = path / "durations.tsv"
        self.separation = path / "separation.tsv"
        self.examples = path / "examples.npz"
        self.audio = path / "audio"

    def score_files(self, filenames: Sequence[str]) -> dict[str, Path]:
        """By filename, paths of the frame probabilities of each clip: `onset`, `offset` and a column for each class.

        Args:
            filenames: names of all clips.
        """
        return {filename: self.scores / f"{name}.tsv" for filename, name in score_names(filenames).items()}

    def sound(self, filename: str, name: str) -> Path:
        """Path of an audio file of an example clip: the `mixture`, the true source (`truth`) or the `separated` one."""
        return self.audio / sound_folder(filename) / f"{name}.flac"


def find_runs(folder: Path) -> Iterator[RunFolder]:
    """Yields the run folders in or below a folder, sorted by name, including unfinished runs."""
    own = {RunFolder(folder).checkpoints.name, RunFolder(folder).predictions.path.name, "wandb"}
    for path, names, files in os.walk(folder):
        # The subfolders of a run are skipped, because they may hold thousands of files.
        names.sort()
        if {"status.json", "results.json"} & set(files):
            names[:] = [name for name in names if name not in own]
            yield RunFolder(Path(path))


def _read_mapping(path: Path, cure: str) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error}); {cure}") from error
    try:
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise UserError(f"{path}: is not {'JSON' if path.suffix == '.json' else 'YAML'}; {cure}") from error
    if not isinstance(content, dict):
        raise UserError(f"{path}: does not hold a mapping; {cure}")
    return content
