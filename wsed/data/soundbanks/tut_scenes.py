"""Acoustic scenes of DCASE 2017 and 2018, task 1, as backgrounds."""

from pathlib import Path

from wsed.data.csv_tables import read_table
from wsed.data.soundbanks.base import assign_folds
from wsed.data.soundbanks.files import Item
from wsed.errors import UserError


def scene_items(root: Path, folds: int) -> list[Item]:
    """The recordings of `TUT-acoustic-scenes-2017-development` or `TUT-urban-acoustic-scenes-2018-development`.

    Recordings of one place share a fold; places are spread over the folds by their names.

    Args:
        root: holds `audio/`, and `meta.txt` (2017, no header) or `meta.csv` (2018).
        folds: how many to make.

    Raises:
        UserError: neither table is there.
    """
    columns = ("filename", "scene_label", "identifier")
    if (root / "meta.csv").is_file():
        rows = read_table(root / "meta.csv", columns)
    elif (root / "meta.txt").is_file():
        rows = read_table(root / "meta.txt", columns, header=False)
    else:
        raise UserError(f"data.scenes_root={root}: has neither meta.csv nor meta.txt; point it at the scenes' folder")
    fold = assign_folds([row["identifier"] for row in rows], folds)
    return [
        Item(
            id=row["filename"],
            path=root / row["filename"],
            label=row["scene_label"],
            event=False,
            fold=fold[row["identifier"]],
            group=f"scene {row['identifier']}",
        )
        for row in rows
    ]
