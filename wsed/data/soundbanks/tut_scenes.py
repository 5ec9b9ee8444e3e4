"""Acoustic scenes of DCASE 2017 and 2018, task 1, as backgrounds."""

from pathlib import Path

from wsed.data.soundbanks.base import assign_folds
from wsed.data.soundbanks.files import Entry
from wsed.data.table_reader import read_records
from wsed.errors import UserError


def scene_entries(root: Path, folds: int) -> list[Entry]:
    """The recordings of `TUT-acoustic-scenes-2017-development` or `TUT-urban-acoustic-scenes-2018-development`.

    Recordings of one location share a fold. Locations are distributed over the folds by name.

    Args:
        root: the folder with `audio/`, and `meta.txt` (2017, no header) or `meta.csv` (2018).
        folds: the number of folds.

    Raises:
        UserError: there is neither table.
    """
    columns = ("filename", "scene_label", "identifier")
    if (root / "meta.csv").is_file():
        rows = read_records(root / "meta.csv", columns)
    elif (root / "meta.txt").is_file():
        rows = read_records(root / "meta.txt", columns, header=False)
    else:
        raise UserError(f"data.scenes_root={root}: has neither meta.csv nor meta.txt; point it at the scenes' folder")
    fold = assign_folds([row["identifier"] for row in rows], folds)
    return [
        Entry(
            id=row["filename"],
            path=row.path(root, "filename"),
            label=row["scene_label"],
            is_event=False,
            fold=fold[row["identifier"]],
            group=f"scene {row['identifier']}",
        )
        for row in rows
    ]
