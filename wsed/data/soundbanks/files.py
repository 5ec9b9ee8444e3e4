"""Soundbanks out of files: what is in them, and how it is read."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from wsed.data.audio.cache import AudioCache, as_float
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.base import Recording, Soundbank
from wsed.errors import UserError


@dataclass(frozen=True)
class Item:
    """One sound of a corpus, before any of it is read.

    Attributes:
        id: unique name.
        path: of its file.
        label: event class, or scene.
        event: whether it is an event, otherwise it is a background.
        fold: cross-validation fold, from 1.
        group: the original recording.
        segment: seconds from and to which it lies in the file, or None for all of it.
    """

    id: str
    path: Path
    label: str
    event: bool
    fold: int
    group: str
    segment: tuple[float, float] | None = None


class FileSoundbankLoader:
    """A soundbank of files. A subclass says in `items` what there is, and in `prepare` how it is cut.

    Args:
        root: folder of the corpus.
        audio: reads the files.
        labels: event classes in the order of the `class` axis.
    """

    info: CorpusInfo

    def __init__(self, root: str, audio: AudioCache, labels: Sequence[str]) -> None:
        self.root = Path(root)
        self.audio = audio
        self.labels = tuple(labels)

    @abstractmethod
    def items(self) -> list[Item]:
        """Every sound of the chosen classes and scenes, without reading audio.

        Raises:
            UserError: a table, a folder or a class that is not there.
        """

    def prepare(self, item: Item, samples: Tensor) -> Tensor:
        """What is used of the samples of an item, `(samples,)` to `(samples,)`."""
        return samples

    def load(self) -> Soundbank:
        """Reads and cuts every sound.

        Raises:
            UserError: what `items` refuses, or a file that cannot be used.
        """
        items = self.items()
        paths = list(dict.fromkeys(item.path for item in items))
        read = dict(zip(paths, self.audio.read(paths, self.root.name, sounding=True), strict=True))
        recordings: dict[bool, list[Recording]] = {True: [], False: []}
        for item in items:
            samples = read[item.path]
            if samples is None:
                continue
            if item.segment is not None:
                samples = self._cut(item, samples)
            sound = self.prepare(item, as_float(samples))
            recordings[item.event].append(Recording(item.id, item.label, item.fold, item.group, sound))
        return Soundbank(self.audio.sample_rate, self.labels, tuple(recordings[True]), tuple(recordings[False]))

    def _cut(self, item: Item, samples: Tensor) -> Tensor:
        assert item.segment is not None
        start, end = (round(seconds * self.audio.sample_rate) for seconds in item.segment)
        if not 0 <= start < min(end, len(samples)):
            seconds = len(samples) / self.audio.sample_rate
            raise UserError(
                f"{item.path}: has {seconds:g} s, and so no sound from {item.segment[0]:g} to {item.segment[1]:g} s; "
                "correct its annotation"
            )
        return samples[start:end]


def check_categories(labels: Sequence[str], scenes: Sequence[str], known: Sequence[str], where: Path) -> None:
    """Refuses a class that the corpus does not have, or that is an event and a scene.

    Raises:
        UserError: naming it.
    """
    both = set(labels) & set(scenes)
    if both:
        raise UserError(f"{sorted(both)[0]} is in both data.labels and data.scenes; take it out of one")
    for category in (*labels, *scenes):
        if category not in known:
            raise UserError(f"category {category} is not in {where}; it has {', '.join(sorted(known))}")
