"""A user's own sounds: `foreground/<label>/*` and `background/<scene>/*`."""

import re
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from wsed.data.audio.cache import AudioCache
from wsed.data.audio.io import SUFFIXES, active_part
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.base import assign_folds
from wsed.data.soundbanks.files import FileSoundbankLoader, Item
from wsed.errors import UserError


class Folder(FileSoundbankLoader):
    """Events and backgrounds from two folders of WAV, FLAC, OGG or MP3 files of any rate and channel count.

    Original recordings are spread over the folds by their names, class by class. Files of one label whose names
    differ in a take suffix only come from one original, and share a fold.

    Args:
        root: holds `foreground/<label>/*` and `background/<scene>/*`.
        audio: reads the files.
        labels: event classes in the order of the `class` axis; each is a folder below `foreground/`.
        folds: how many folds to make, at least 2.
        take_suffix: regular expression that the end of a file's stem matches if the file is one of several takes.
        threshold: dB below the loudest 20 ms of an event at which it counts as silent, negative.
        pause: seconds of silence that an event keeps at most of each pause in it.
    """

    info = CorpusInfo(
        "your own isolated sounds", "yours", "", ("foreground/<label>/*.wav, .flac, .ogg, .mp3", "background/<scene>/*")
    )

    def __init__(
        self,
        root: str,
        audio: AudioCache,
        labels: Sequence[str],
        folds: int,
        take_suffix: str,
        threshold: float,
        pause: float,
    ) -> None:
        super().__init__(root, audio, labels)
        self.folds = folds
        self.take_suffix = re.compile(f"(?:{take_suffix})$")
        self.threshold = threshold
        self.pause = pause

    def items(self) -> list[Item]:
        scenes = folder_names(self.root / "background")
        events = [item for label in self.labels for item in self._items(self.root / "foreground" / label, True)]
        return events + [item for scene in scenes for item in self._items(self.root / "background" / scene, False)]

    def prepare(self, item: Item, samples: Tensor) -> Tensor:
        return active_part(samples, self.audio.sample_rate, self.threshold, self.pause) if item.event else samples

    def _items(self, folder: Path, event: bool) -> list[Item]:
        paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise UserError(f"{folder}: has no {', '.join(sorted(SUFFIXES))} files; add some or remove the folder")
        originals = {path: self.take_suffix.sub("", path.stem) for path in paths}
        folds = assign_folds(originals.values(), self.folds)
        items = []
        for path, original in originals.items():
            name = path.relative_to(self.root).as_posix()
            group = (path.parent / original).relative_to(self.root).as_posix()
            items.append(Item(name, path, folder.name, event, folds[original], group))
        return items


def folder_names(folder: Path) -> list[str]:
    """Names of the folders below `folder`, sorted.

    Raises:
        UserError: there is no such folder, or it has none.
    """
    names = sorted(path.name for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    if not names:
        raise UserError(
            f"{folder}: is missing or has no folders; data.root needs foreground/<label>/* and background/<scene>/*"
        )
    return names
