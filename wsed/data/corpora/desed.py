"""DESED, the corpus of DCASE 2019 to 2024, task 4: sounds of the home (Turpault et al. 2019)."""

from pathlib import Path

from wsed.checks.ranges import PathText
from wsed.data.corpora.base import Clip
from wsed.data.corpora.label_tables import strong_clips, unlabelled_clips, weak_clips
from wsed.data.corpus_info import CorpusInfo
from wsed.errors import UserError

TABLES = {
    "weak": ("train/weak", "audio/train/weak"),
    "unlabel_in_domain": ("train/unlabel_in_domain", "audio/train/unlabel_in_domain"),
    "synthetic": ("train/synthetic*/soundscapes", "audio/train/synthetic*/soundscapes"),
    "validation": ("validation/validation", "audio/validation/validation"),
    "public": ("eval/public", "audio/eval/public"),
}
"""By part: the table below `metadata/`, without its suffix, and the folder of the recordings."""


class Desed:
    """Clips of 10 s with weak labels, strong labels or no labels, in the layout of the `desed` package.

    Args:
        root: the folder with `metadata/` and `audio/`.
    """

    info = CorpusInfo(
        "10 s of ten sounds of the home: 1,578 clips with weak labels, 1,168 with strong ones, and unlabelled ones",
        "MIT for the annotation, each clip its own",
        "https://github.com/turpaultn/DESED",
        (
            "metadata/train/weak.tsv, metadata/validation/validation.tsv, ...",
            "audio/train/weak/*.wav, audio/validation/validation/*.wav, ...",
        ),
    )
    parts = tuple(TABLES)

    def __init__(self, root: PathText) -> None:
        self.root = Path(root)

    def clips(self, part: str) -> list[Clip]:
        """See `Corpus`. The clips of `unlabel_in_domain` have no tags."""
        table, audio = TABLES[part]
        found = sorted((self.root / "metadata").glob(f"{table}.tsv"))
        if len(found) != 1:
            problem = "is missing" if not found else "is there more than once"
            raise UserError(
                f"{self.root}/metadata/{table}.tsv: {problem}; data.root is the folder with metadata/ and audio/"
            )
        folder = next(iter(sorted(self.root.glob(audio))), self.root / audio)
        read = {"weak": weak_clips, "unlabel_in_domain": unlabelled_clips}.get(part, strong_clips)
        return read(found[0], folder)
