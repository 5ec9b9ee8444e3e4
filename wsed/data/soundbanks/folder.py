"""Your own sounds: `foreground/<label>/*` and `background/<scene>/*`."""

import re
from pathlib import Path

from torch import Tensor

from wsed.checks.names import check_part
from wsed.checks.ranges import DecibelsBelowZero, Folds, Labels, PathText, Pattern, SecondsOrInfinite
from wsed.data.audio.cache import AudioCache
from wsed.data.audio.io import SUFFIXES
from wsed.data.audio.trimming import trim_silence
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.base import assign_folds
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader
from wsed.errors import UserError


class Folder(FileSoundbankLoader):
    """Events and backgrounds from two folders of WAV, FLAC, OGG or MP3 files of any rate and channel count.

    Original recordings are distributed over the folds by name, class by class. If the names of files of one label
    differ only in a take suffix, the files come from one original and share a fold.

    Args:
        root: the folder with `foreground/<label>/*` and `background/<scene>/*`.
        audio: reads the files.
        labels: event classes in the order of the `class` axis; each is a folder below `foreground/`.
        folds: the number of folds, at least 2.
        take_suffix: regular expression for the end of a file's stem that tells takes of one original apart.
        threshold: dB relative to the loudest 20 ms of an event, negative; frames below it are silent.
        pause: seconds; longer pauses in an event are shortened to it.

    Raises:
        UserError: `take_suffix` is no regular expression.
    """

    info = CorpusInfo(
        "your own isolated sounds", "yours", "", ("foreground/<label>/*.wav, .flac, .ogg, .mp3", "background/<scene>/*")
    )

    def __init__(
        self,
        root: PathText,
        audio: AudioCache,
        labels: Labels,
        folds: Folds,
        take_suffix: Pattern,
        threshold: DecibelsBelowZero,
        pause: SecondsOrInfinite,
    ) -> None:
        super().__init__(root, audio, labels)
        self.folds = folds
        try:
            self.take_suffix = re.compile(f"(?:{take_suffix})$")
        except re.error as error:
            raise UserError(f"data.soundbank.take_suffix: is no regular expression ({error}); correct it") from error
        self.threshold = threshold
        self.pause = pause

    def entries(self) -> list[Entry]:
        foreground, background = self.root / "foreground", self.root / "background"
        events = [foreground / check_part(label, "data.labels") for label in self.labels]
        scenes = [background / check_part(name, str(background)) for name in folder_names(background)]
        return [entry for folder in [*events, *scenes] for entry in self._entries(folder, folder in events)]

    def prepare(self, entry: Entry, samples: Tensor) -> Tensor:
        if not entry.is_event:
            return samples
        return trim_silence(samples, self.audio.sample_rate, self.threshold, self.pause)

    def _entries(self, folder: Path, is_event: bool) -> list[Entry]:
        paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if not paths:
            raise UserError(f"{folder}: has no {', '.join(sorted(SUFFIXES))} files; add some or remove the folder")
        originals = {path: self.take_suffix.sub("", path.stem) for path in paths}
        folds = assign_folds(originals.values(), self.folds)
        entries = []
        for path, original in originals.items():
            name = path.relative_to(self.root).as_posix()
            group = (path.parent / original).relative_to(self.root).as_posix()
            entries.append(Entry(name, path, folder.name, is_event, folds[original], group))
        return entries


def folder_names(folder: Path) -> list[str]:
    """The names of the folders in `folder`, sorted; hidden ones are ignored.

    Raises:
        UserError: `folder` does not exist or has no folders.
    """
    names = sorted(path.name for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    if not names:
        raise UserError(
            f"{folder}: is missing or has no folders; data.root needs foreground/<label>/* and background/<scene>/*"
        )
    return names
