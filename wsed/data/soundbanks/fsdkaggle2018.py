"""FSDKaggle2018, the corpus of DCASE 2018 task 2, over the scenes of task 1."""

from pathlib import Path

from wsed.checks.ranges import Folds, Labels, PathText
from wsed.data.audio.cache import AudioCache
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.base import assign_folds
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader, check_categories
from wsed.data.soundbanks.tut_scenes import scene_entries
from wsed.data.table_reader import read_records

LAYOUTS = (
    ("FSDKaggle2018.meta/train_post_competition.csv", "FSDKaggle2018.audio_train"),
    ("train.csv", "audio_train"),
)
"""The table and the folder of recordings, as released on Zenodo and as on Kaggle."""


class FsdKaggle2018(FileSoundbankLoader):
    """Events of 41 classes over urban scenes, the mixtures of Kong 2019 and Liu 2022.

    Sounds of one Freesound upload share a fold. Uploads are distributed over the folds by name, class by class.

    Args:
        root: the folder with the training recordings and their table, in either layout.
        audio: reads the recordings.
        labels: event classes in the order of the `class` axis.
        scenes_root: folder of TUT Urban Acoustic Scenes 2018.
        folds: the number of folds; the papers have 4.
        verified: whether to use only sounds with manually verified labels, as the papers do.
    """

    info = CorpusInfo(
        "9,473 sounds of 41 classes from Freesound, and 8,640 urban scenes of 10 s",
        "each sound CC0 or CC BY; scenes for research only",
        "https://zenodo.org/record/2552860 and https://zenodo.org/record/1228142",
        (
            "FSDKaggle2018.audio_train/*.wav, or audio_train/",
            "FSDKaggle2018.meta/train_post_competition.csv (fname, label, manually_verified), or train.csv",
            "data.scenes_root: audio/ and meta.csv of TUT-urban-acoustic-scenes-2018-development",
        ),
    )

    def __init__(
        self, root: PathText, audio: AudioCache, labels: Labels, scenes_root: PathText, folds: Folds, verified: bool
    ) -> None:
        super().__init__(root, audio, labels)
        self.scenes_root = Path(scenes_root)
        self.folds = folds
        self.verified = verified

    def entries(self) -> list[Entry]:
        found = [layout for layout in LAYOUTS if (self.root / layout[0]).is_file()]
        table, folder = found[0] if found else LAYOUTS[0]
        rows = read_records(self.root / table, ("fname", "label", "manually_verified"))
        check_categories(self.labels, (), list({row["label"] for row in rows}), self.root / table)
        entries = []
        for label in self.labels:
            own = [row for row in rows if row["label"] == label]
            # Kaggle's table has no column for the upload.
            uploads = [row.values.get("freesound_id") or row["fname"] for row in own]
            folds = assign_folds(uploads, self.folds)
            for row, upload in zip(own, uploads, strict=True):
                if row["manually_verified"] == "1" or not self.verified:
                    path = row.path(self.root / folder, "fname")
                    entries.append(Entry(row["fname"], path, label, True, folds[upload], f"upload {label} {upload}"))
        return entries + scene_entries(self.scenes_root, self.folds)
