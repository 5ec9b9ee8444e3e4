"""Acoustic scenes of DCASE 2017 and 2018, task 1, as backgrounds."""

from pathlib import Path

from wsed.checks.names import below
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
    table = next((root / name for name in ("meta.csv", "meta.txt") if (root / name).is_file()), None)
    if table is None:
        raise UserError(f"data.scenes_root={root}: has neither meta.csv nor meta.txt; point it at the scenes' folder")
    rows = read_records(table, columns, header=table.suffix == ".csv")
    fold = assign_folds([row["identifier"] for row in rows], folds)
    return [
        Entry(
            id=row["filename"],
            path=below(root, row["filename"], str(table)),
            label=row["scene_label"],
            is_event=False,
            fold=fold[row["identifier"]],
            group=f"scene {row['identifier']}",
        )
        for row in rows
    ]
