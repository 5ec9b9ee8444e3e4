"""TUT Rare Sound Events 2017, the corpus of DCASE 2017 task 2."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pydantic
import yaml

from wsed.checks.files import read_text
from wsed.checks.names import below, shortened
from wsed.checks.ranges import Labels, PathText
from wsed.data.audio.cache import AudioCache
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader, check_categories
from wsed.data.soundbanks.tut_scenes import scene_entries
from wsed.errors import UserError

PARTS = ("devtrain", "devtest")
"""Parts of the corpus, which are folds 1 and 2."""

MOST_SETUP = 16 * 2**20
"""Bytes of the largest file of `cv_setup/` that is read."""

T = TypeVar("T")


class PlainLoader(yaml.SafeLoader):
    """Reads YAML without merge keys, with which a file of a few lines can fill the memory."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise yaml.YAMLError("has a merge key")


@dataclass(frozen=True)
class Event:
    """An event in `events_*.yaml`; the segment is its start and end in seconds."""

    audio_filename: str
    segment: tuple[pydantic.FiniteFloat, pydantic.FiniteFloat]


@dataclass(frozen=True)
class Background:
    """A background in `bgs_*.yaml`."""

    filepath: str
    classname: str


EVENTS = pydantic.TypeAdapter(dict[str, list[Event]])
BACKGROUNDS = pydantic.TypeAdapter(list[Background])


class RareEvents(FileSoundbankLoader):
    """Baby cries, breaking glass and gunshots over everyday scenes, from the corpus's source material.

    Events are segments of recordings, listed in `cv_setup/events_*.yaml`. Backgrounds come from the corpus itself, as
    in the published code of Kong 2018, or from TUT Acoustic Scenes 2017, as in the paper's text.

    Args:
        root: `data/source_data` of the corpus.
        audio: reads the recordings.
        labels: event classes in the order of the `class` axis, from `babycry`, `glassbreak` and `gunshot`.
        scenes_root: folder of TUT Acoustic Scenes 2017, or None for the corpus's own backgrounds.
    """

    info = CorpusInfo(
        "isolated baby cries, breaking glass and gunshots, and everyday scenes of 30 s",
        "each event its own, scenes for research only",
        "https://zenodo.org/record/401395, and https://zenodo.org/record/400515 for the scenes",
        (
            "cv_setup/events_devtrain.yaml, events_devtest.yaml, bgs_devtrain.yaml, bgs_devtest.yaml",
            "events/<label>/*.wav",
            "bgs/audio/*.wav",
            "data.scenes_root: audio/ and meta.txt of TUT-acoustic-scenes-2017-development",
        ),
    )

    def __init__(self, root: PathText, audio: AudioCache, labels: Labels, scenes_root: PathText | None) -> None:
        super().__init__(root, audio, labels)
        self.scenes_root = None if scenes_root is None else Path(scenes_root)

    def entries(self) -> list[Entry]:
        entries = []
        for fold, part in enumerate(PARTS, 1):
            events = self._setup(f"events_{part}.yaml", EVENTS)
            check_categories(self.labels, (), list(events), self.root)
            for label in self.labels:
                twice = next((event for event, count in Counter(events[label]).items() if count > 1), None)
                if twice is not None:
                    name = shortened(twice.audio_filename)
                    raise UserError(f"events_{part}.yaml: {label}: {name} is there twice with one segment; remove one")
                for number, event in enumerate(events[label]):
                    name = f"{label}/{Path(event.audio_filename).name}"
                    path = below(self.root / "events", name, f"events_{part}.yaml")
                    entries.append(Entry(f"{name}#{number}", path, label, True, fold, name, event.segment))
            if self.scenes_root is None:
                backgrounds = self._setup(f"bgs_{part}.yaml", BACKGROUNDS)
                entries += [self._background(background, fold) for background in backgrounds]
        return entries if self.scenes_root is None else entries + scene_entries(self.scenes_root, len(PARTS))

    def _background(self, background: Background, fold: int) -> Entry:
        path = below(self.root / "bgs", background.filepath, "bgs_*.yaml")
        # Names begin with the location: a001_0_30.wav.
        group = f"scene {path.stem.split('_')[0]}"
        return Entry(background.filepath, path, background.classname, False, fold, group)

    def _setup(self, name: str, kind: "pydantic.TypeAdapter[T]") -> T:
        path = self.root / "cv_setup" / name
        if not path.is_file():
            raise UserError(f"{path}: does not exist; point data.root at data/source_data of the corpus")
        try:
            return kind.validate_python(yaml.load(read_text(path, MOST_SETUP), PlainLoader))
        except pydantic.ValidationError as error:
            wrong = error.errors()[0]
            place = ".".join(map(str, wrong["loc"]))
            raise UserError(f"{path}: {shortened(place)}: {wrong['msg']}; get the file again") from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise UserError(f"{path}: is not YAML; get the file again") from error
