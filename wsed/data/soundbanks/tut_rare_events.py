"""TUT Rare Sound Events 2017, the corpus of DCASE 2017 task 2."""

from pathlib import Path
from typing import Any

import yaml

from wsed.checks.ranges import Labels, PathText
from wsed.data.audio.cache import AudioCache
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader, check_categories
from wsed.data.soundbanks.tut_scenes import scene_entries
from wsed.errors import UserError

PARTS = ("devtrain", "devtest")
"""Parts of the corpus, which are folds 1 and 2."""


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
            events = self._setup(f"events_{part}.yaml")
            check_categories(self.labels, (), list(events), self.root)
            for label in self.labels:
                for number, event in enumerate(events[label]):
                    name = f"{label}/{Path(event['audio_filename']).name}"
                    start, end = event["segment"]
                    path = self.root / "events" / name
                    segment = (float(start), float(end))
                    entries.append(Entry(f"{name}#{number}", path, label, True, fold, name, segment))
            if self.scenes_root is None:
                entries += [self._background(background, fold) for background in self._setup(f"bgs_{part}.yaml")]
        return entries if self.scenes_root is None else entries + scene_entries(self.scenes_root, len(PARTS))

    def _background(self, background: dict[str, Any], fold: int) -> Entry:
        path = self.root / "bgs" / background["filepath"]
        # Names begin with the location: a001_0_30.wav.
        group = f"scene {path.stem.split('_')[0]}"
        return Entry(background["filepath"], path, background["classname"], False, fold, group)

    def _setup(self, name: str) -> Any:
        path = self.root / "cv_setup" / name
        if not path.is_file():
            raise UserError(f"{path}: does not exist; point data.root at data/source_data of the corpus")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
