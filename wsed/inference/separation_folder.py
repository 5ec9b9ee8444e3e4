"""The output folder of `wsed separate`."""

from collections.abc import Sequence
from pathlib import Path

from wsed.checks.names import check_part
from wsed.data.audio.streams import AudioStream
from wsed.errors import UserError
from wsed.inference.analysis import Analysis
from wsed.inference.detected import Detected
from wsed.inference.detection_folder import stems
from wsed.inference.files import Sink
from wsed.inference.inputs import Input
from wsed.inference.journal import Journal
from wsed.inference.model import REST
from wsed.inference.separator import Written
from wsed.inference.source_files import SourceFiles


class SeparationFolder(Sink):
    """Has a WAV of 32-bit floats for each detected class of a recording, and for the rest: `NAME.CLASS.wav`.

    Args:
        folder: the folder; it is created if needed.
        options: identifies the model and the options, see `Journal`.
        labels: event classes in the order of the `class` axis.
        classes: the classes that are wanted; None for those that are detected.
        inputs: the recordings.

    Raises:
        UserError: a class cannot be part of the name of a file.
    """

    separates = True

    def __init__(
        self,
        folder: Path,
        options: str,
        labels: tuple[str, ...],
        classes: Sequence[str] | None,
        inputs: Sequence[Input],
    ) -> None:
        for label in labels:
            check_part(label, "labels")
            if label == REST:
                raise UserError(f"labels: a class is called {REST}, like the file of what no class accounts for")
        self.folder = folder
        self.labels = labels
        self.classes = classes
        folder.mkdir(parents=True, exist_ok=True)
        self.stems = stems([each.name for each in inputs])
        self.journal = Journal(folder / "finished.jsonl", options, labels)
        self._open: dict[str, SourceFiles] = {}

    def has(self, each: Input) -> bool:
        """See `Sink`."""
        return self.journal.has(each) and self._path(each, REST).is_file()

    def sources(self, each: Input, stream: AudioStream) -> Written:
        """See `Sink`."""
        files = SourceFiles(self.folder, self.labels, stream.sample_rate, stream.channels)
        self._open[each.name] = files
        return files.write

    def add(self, each: Input, detected: Detected, analysis: Analysis) -> None:
        """See `Sink`."""
        found = set(detected.events["event_label"]) if self.classes is None else set(self.classes)
        paths = {name: self._path(each, name) for name in [*(label for label in self.labels if label in found), REST]}
        paths[REST].parent.mkdir(parents=True, exist_ok=True)
        self._open.pop(each.name).keep(paths)
        self.journal.add(each, detected)

    def discard(self, each: Input) -> None:
        """See `Sink`."""
        if each.name in self._open:
            self._open.pop(each.name).discard()

    def close(self) -> None:
        """See `Sink`."""
        for files in self._open.values():
            files.discard()

    def _path(self, each: Input, source: str) -> Path:
        return self.folder / f"{self.stems[each.name]}.{source}.wav"
