"""UrbanSound8K: sounds of the city in ten folds (Salamon, Jacoby and Bello 2014)."""

from wsed.checks.ranges import Labels, PathText
from wsed.data.audio.cache import AudioCache
from wsed.data.corpus_info import CorpusInfo
from wsed.data.soundbanks.files import Entry, FileSoundbankLoader, check_categories
from wsed.data.table_reader import read_records


class UrbanSound8k(FileSoundbankLoader):
    """Events and backgrounds from the slices of UrbanSound8K; slices of one recording share a fold.

    Args:
        root: the folder with `audio/foldN/` and `metadata/UrbanSound8K.csv`.
        audio: reads the slices.
        labels: classes that are events, in the order of the `class` axis.
        scenes: classes that are backgrounds.
    """

    info = CorpusInfo(
        "8,732 slices of up to 4 s of ten sounds of the city",
        "CC BY-NC 3.0",
        "https://urbansounddataset.weebly.com/urbansound8k.html",
        ("audio/fold1/ to audio/fold10/", "metadata/UrbanSound8K.csv (slice_file_name, fsID, fold, class)"),
    )

    def __init__(self, root: PathText, audio: AudioCache, labels: Labels, scenes: Labels) -> None:
        super().__init__(root, audio, labels)
        self.scenes = tuple(scenes)

    def entries(self) -> list[Entry]:
        table = self.root / "metadata" / "UrbanSound8K.csv"
        rows = read_records(table, ("slice_file_name", "fsID", "fold", "class"))
        check_categories(self.labels, self.scenes, list({row["class"] for row in rows}), table)
        return [
            Entry(
                id=row["slice_file_name"],
                path=row.path(self.root / "audio" / f"fold{row.whole_number('fold')}", "slice_file_name"),
                label=row["class"],
                is_event=row["class"] in self.labels,
                fold=row.whole_number("fold"),
                group=row["fsID"],
            )
            for row in rows
            if row["class"] in self.labels + self.scenes
        ]
