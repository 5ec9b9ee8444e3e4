"""The files of a run folder: their paths and their content.

Only this module knows the file names; other modules get the path or the content of a file from here.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from wsed.checks.clip_names import score_names, sound_folder
from wsed.checks.documents import parse_json, parse_yaml
from wsed.checks.files import exists, read_text
from wsed.errors import UserError
from wsed.runs.contents import Config, Postprocessing, Results, Status, problem

MOST_STATUS = 2**20
MOST_CONFIG = 2**19
MOST_RESULTS = 2**24
"""Bytes. The largest files that are read; YAML takes twenty times as long as JSON."""


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
        self.lease_path = path / ".lease"
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
        names = ((re.fullmatch(r"epoch-(\d+)", path.stem), path) for path in self.checkpoints.glob("epoch-*.ckpt"))
        return dict(sorted((int(name[1]), path) for name, path in names if name))

    def tested_checkpoint(self) -> Path | None:
        """Path of the checkpoint with the weights that the run was tested with; None if there is none.

        Raises:
            UserError: see `config`.
        """
        tested = self.best_checkpoint if self.config().get("test") == "best" else self.last_checkpoint
        return next((path for path in (tested, self.last_checkpoint) if path.is_file()), None)

    def config(self) -> dict[str, Any]:
        """The validated config of the run, see `wsed.runs.contents.Config`.

        Raises:
            UserError: the file is missing or holds no config.
        """
        return self._read(self.config_path, Config, MOST_CONFIG, "give the folder of a run, or train this run again")

    def status(self) -> dict[str, Any]:
        """The state of the run, see `wsed.runs.contents.Status`; empty if the file is missing.

        Raises:
            UserError: the file holds no status.
        """
        cure = "remove this folder and train the run again"
        return self._read(self.status_path, Status, MOST_STATUS, cure) if exists(self.status_path) else {}

    def results(self) -> dict[str, Any]:
        """Scores, timing and environment, see `wsed.runs.contents.Results`; empty if the file is missing.

        Raises:
            UserError: the file holds no results.
        """
        cure = "train this run again with force=true"
        return self._read(self.results_path, Results, MOST_RESULTS, cure) if exists(self.results_path) else {}

    def postprocessing(self) -> dict[str, Any]:
        """The class and arguments of the post-processing that the run was tested with.

        Raises:
            UserError: the file is missing or holds no such description.
        """
        cure = "train this run again with force=true"
        return self._read(self.postprocessing_path, Postprocessing, MOST_STATUS, cure)

    def _read(self, path: Path, kind: Any, limit: int, cure: str) -> dict[str, Any]:
        try:
            text = read_text(path, limit, inside=self.path)
        except UserError as error:
            raise UserError(f"{str(error).rpartition(';')[0]}; {cure}") from error
        try:
            content = parse_json(text) if path.suffix == ".json" else parse_yaml(text)
        except ValueError as error:
            raise UserError(f"{path}: {error}; {cure}") from error
        if not isinstance(content, dict):
            raise UserError(f"{path}: does not hold a mapping; {cure}")
        if reason := problem(content, kind):
            raise UserError(f"{path}: {reason}; {cure}")
        return content


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
        self.draws = path / "draws.npz"
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


def find_runs(folder: Path, unreadable: Callable[[OSError], None] = lambda error: None) -> Iterator[RunFolder]:
    """Yields the run folders in or below a folder, sorted by name, including unfinished runs. Links are not followed.

    Args:
        folder: the folder.
        unreadable: called with the error for each folder that cannot be listed; its runs are left out.
    """
    own = {RunFolder(folder).checkpoints.name, RunFolder(folder).predictions.path.name, "wandb"}
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                kinds = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except OSError as error:
            unreadable(error)
            continue
        is_run = any(name in kinds and not kinds[name] for name in ("status.json", "results.json"))
        if is_run:
            yield RunFolder(path)
        # The subfolders of a run are skipped, because they may hold thousands of files.
        inner = sorted((name for name, is_folder in kinds.items() if is_folder), reverse=True)
        waiting += [path / name for name in inner if not (is_run and name in own)]
