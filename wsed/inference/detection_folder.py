"""The output folder of `wsed detect`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from wsed.atomic import atomic_write
from wsed.checks.clip_names import score_names
from wsed.errors import UserError
from wsed.inference.analysis import Analysis
from wsed.inference.detected import Detected
from wsed.inference.detection import Detection
from wsed.inference.files import Sink
from wsed.inference.formats.base import EventFormat
from wsed.inference.formats.combined import CombinableFormat
from wsed.inference.inputs import SUFFIXES, Input
from wsed.inference.journal import Journal
from wsed.inference.model import Model
from wsed.inference.overview import Overview

ALL = "events"
"""Stem of the files with the events of all recordings."""


class DetectionFolder(Sink):
    """Has a file of each format for each recording, and one for all recordings where the format allows that.

    Args:
        folder: the folder; it is created if needed.
        formats: the formats of events, by name.
        with_scores: whether the frame probabilities are written as well.
        with_plots: whether a picture of each recording and its events is drawn.
        options: identifies the model and the options, see `Journal`.
        labels: event classes in the order of the `class` axis.
        inputs: the recordings.

    Raises:
        UserError: a format cannot hold the name of a class.
    """

    def __init__(
        self,
        folder: Path,
        formats: Mapping[str, EventFormat],
        with_scores: bool,
        with_plots: bool,
        options: str,
        labels: tuple[str, ...],
        inputs: Sequence[Input],
    ) -> None:
        self.folder = folder
        self.formats = formats
        self.with_scores = with_scores
        self.with_plots = with_plots
        self.inputs = inputs
        for form in formats.values():
            form.check("recording.wav", labels)
        folder.mkdir(parents=True, exist_ok=True)
        names = [each.name for each in inputs]
        self.stems, self.score_names = stems(names), score_names(names)
        self.journal = Journal(folder / "finished.jsonl", options, labels)

    def has(self, each: Input) -> bool:
        """See `Sink`."""
        paths = [*self._paths(each).values(), *([self._plot(each)] if self.with_plots else [])]
        # Of the channels' scores, the first are enough to look for.
        scored = not self.with_scores or any(self._scores(each, channel).is_file() for channel in (None, 1))
        return self.journal.has(each) and scored and all(path.is_file() for path in paths)

    def add(self, each: Input, detected: Detected, analysis: Analysis) -> None:
        """See `Sink`."""
        paths = self._paths(each)
        for path in paths.values():
            path.parent.mkdir(parents=True, exist_ok=True)
        for name, form in self.formats.items():
            form.write(paths[name], detected)
        if self.with_scores:
            for number, detection in enumerate(analysis.detections, 1):
                write_scores(self._scores(each, number if detected.by_channel else None), detection)
        if analysis.overview is not None:
            self._draw(each, detected, analysis.overview)
        # The last step, so that a recording with an entry has all of its files.
        self.journal.add(each, detected)

    def overview(self, model: Model) -> Overview | None:
        """See `Sink`."""
        if not self.with_plots:
            return None
        mel = model.system.features.mel
        if mel is None:
            raise UserError("--plot: the features of this system have no spectrogram; leave it out")
        return Overview(mel, model.sample_rate)

    def close(self) -> None:
        """Writes the files with the events of all recordings that are finished."""
        for form in self.formats.values():
            if isinstance(form, CombinableFormat):
                with form.combined(self.folder / f"{ALL}{form.suffix}") as combined:
                    for detected in self.journal.detected([each.name for each in self.inputs]):
                        combined.add(detected)

    def _paths(self, each: Input) -> dict[str, Path]:
        return {name: self.folder / f"{self.stems[each.name]}{form.suffix}" for name, form in self.formats.items()}

    def _draw(self, each: Input, detected: Detected, overview: Overview) -> None:
        # Matplotlib takes a second to be imported.
        from wsed.reports.figures.detection import detection_figure
        from wsed.reports.figures.style import png

        times = (overview.seconds, detected.duration)
        figure = detection_figure(overview.image(), detected.events, detected.labels, times)
        with atomic_write(self._plot(each)) as partial:
            partial.write_bytes(png(figure))

    def _plot(self, each: Input) -> Path:
        return self.folder / f"{self.stems[each.name]}.png"

    def _scores(self, each: Input, channel: int | None) -> Path:
        suffix = "" if channel is None else f".channel{channel}"
        return self.folder / "scores" / f"{self.score_names[each.name]}{suffix}.tsv"


def stems(names: Sequence[str]) -> dict[str, str]:
    """By name, the path of a recording's results without the suffix of their format.

    It has no suffix of audio files, unless two recordings differ only in it, or the result would be named like that of
    all recordings.
    """
    suffixes = {name: Path(name).suffix for name in names}
    short = {name: name.removesuffix(end) if end.lower() in SUFFIXES else name for name, end in suffixes.items()}
    counts = Counter(short.values())
    return {name: name if counts[stem] > 1 or stem == ALL else stem for name, stem in short.items()}


def write_scores(path: Path, detection: Detection) -> None:
    """Writes frame probabilities atomically in the format of sed_scores_eval.

    Args:
        path: the file; its folder is created if needed.
        detection: the predicted frames.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial, partial.open("w", encoding="utf-8") as file:
        for number, table in enumerate(detection.probabilities()):
            table.to_csv(file, sep="\t", index=False, header=not number)
