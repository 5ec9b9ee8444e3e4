"""The base class of soundbanks that read audio files."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from wsed.checks.labels import check_labels
from wsed.data.audio.cache import AudioCache, as_float
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError


@dataclass(frozen=True)
class Entry:
    """One sound of a corpus that has not been read yet.

    Attributes:
        id: unique name.
        path: path of the file.
        label: event class, or the scene of a background.
        is_event: whether the sound is an event; otherwise it is a background.
        fold: cross-validation fold, from 1.
        group: the original recording, see `Recording`.
        segment: start and end in the file in seconds; None for the whole file.
    """

    id: str
    path: Path
    label: str
    is_event: bool
    fold: int
    group: str
    segment: tuple[float, float] | None = None


class FileSoundbankLoader(ABC):
    """Loads a soundbank from audio files. A subclass lists the sounds in `entries`, and may cut them in `prepare`.

    Attributes:
        info: facts that `wsed data list` shows; a subclass defines them.

    Args:
        root: folder of the corpus.
        audio: reads the files.
        labels: event classes in the order of the `class` axis.
    """

    info: CorpusInfo

    def __init__(self, root: str, audio: AudioCache, labels: Sequence[str]) -> None:
        self.root = Path(root)
        self.audio = audio
        self.labels = check_labels(labels)

    @abstractmethod
    def entries(self) -> list[Entry]:
        """Every sound of the chosen classes and scenes. Reads no audio.

        Raises:
            UserError: a table, a folder or a class does not exist.
        """

    def prepare(self, entry: Entry, samples: Tensor) -> Tensor:
        """The part of a sound that is used, `(samples,)` to `(samples,)`; by default all of it.

        Args:
            entry: entry of the sound.
            samples: `(samples,)` float32 in [-1, 1].
        """
        return samples

    def load(self) -> Soundbank:
        """Reads and cuts every sound.

        Raises:
            UserError: an error of `entries`, or a file that cannot be used.
        """
        entries = self.entries()
        paths = list(dict.fromkeys(entry.path for entry in entries))
        read = dict(zip(paths, self.audio.read(paths, self.root.name, refuse_silent=True), strict=True))
        events: list[Recording] = []
        backgrounds: list[Recording] = []
        for entry in entries:
            samples = read[entry.path]
            # The cache has skipped the file.
            if samples is None:
                continue
            if entry.segment is not None:
                samples = self._cut(entry, entry.segment, samples)
            sound = self.prepare(entry, as_float(samples))
            recording = Recording(entry.id, entry.label, entry.fold, entry.group, sound)
            (events if entry.is_event else backgrounds).append(recording)
        return Soundbank(self.audio.sample_rate, self.labels, tuple(events), tuple(backgrounds))

    def _cut(self, entry: Entry, segment: tuple[float, float], samples: Tensor) -> Tensor:
        start, end = (round(seconds * self.audio.sample_rate) for seconds in segment)
        if not 0 <= start < min(end, len(samples)):
            seconds = len(samples) / self.audio.sample_rate
            raise UserError(
                f"{entry.path}: has {seconds:g} s, and so no sound from {segment[0]:g} to {segment[1]:g} s; "
                "correct its annotation"
            )
        return samples[start:end]


def check_categories(labels: Sequence[str], scenes: Sequence[str], known: Sequence[str], where: Path) -> None:
    """Checks that the corpus has every class, and that no class is both an event and a scene.

    Args:
        labels: classes that are events.
        scenes: classes that are backgrounds.
        known: classes of the corpus.
        where: path of the file or folder that defines the classes, for messages.

    Raises:
        UserError: a class is invalid; the message names it.
    """
    both = set(labels) & set(scenes)
    if both:
        raise UserError(f"{sorted(both)[0]} is in both data.labels and data.scenes; take it out of one")
    for category in (*labels, *scenes):
        if category not in known:
            raise UserError(f"category {category} is not in {where}; it has {', '.join(sorted(known))}")
