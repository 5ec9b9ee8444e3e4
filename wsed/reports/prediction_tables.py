"""Tables of predictions in run folders, for their PSD-ROC: read and checked."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wsed.checks.files import read_bytes
from wsed.checks.names import shortened
from wsed.errors import UserError
from wsed.runs.folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 2**26
"""Size of the largest table that is read."""
LONGEST = 1e7
"""Seconds. No clip is longer, and nothing ends later."""


def read_reference(run: RunFolder) -> "pd.DataFrame":
    """The true events, `filename onset offset event_label`; a clip without events has a row with only its name.

    Raises:
        UserError: the file cannot be read, or an event is impossible.
    """
    path = run.predictions.reference
    table = _read(run, path, ("filename", "event_label"), ("onset", "offset"))
    events = table.dropna(subset=["event_label"])
    times = events[["onset", "offset"]].to_numpy()
    if not ((times[:, 0] >= 0) & (times[:, 0] < times[:, 1]) & (times[:, 1] <= LONGEST)).all():
        raise _damaged(path, "an event does not last from its onset to a later offset")
    return table


def read_durations(run: RunFolder) -> dict[str, float]:
    """Seconds of every clip, by filename.

    Raises:
        UserError: the file cannot be read, or a duration is impossible.
    """
    path = run.predictions.durations
    table = _read(run, path, ("filename",), ("duration",))
    seconds = table["duration"].to_numpy()
    if table["filename"].isna().any() or not ((seconds > 0) & (seconds <= LONGEST)).all():
        raise _damaged(path, f"a clip has no name, or does not last between 0 and {LONGEST:g} s")
    return dict(zip(table["filename"], seconds.tolist(), strict=True))


def read_frame_scores(run: RunFolder, path: Path, labels: Sequence[str]) -> "pd.DataFrame":
    """The scores of the frames of one clip: `onset offset` and a column for each class.

    Raises:
        UserError: the file cannot be read, or has no frames or impossible ones.
    """
    table = _read(run, path, (), ("onset", "offset", *labels))
    values = table.to_numpy()
    edges = np.append(values[:, 0], values[-1:, 1])
    if not len(values) or not np.isfinite(values).all():
        raise _damaged(path, "it has no frames, or a score that is not a finite number")
    if not (edges[0] >= 0 and edges[-1] <= LONGEST and (np.diff(edges) > 0).all()):
        raise _damaged(path, "its frames do not follow each other")
    return table


def _read(run: RunFolder, path: Path, texts: Sequence[str], numbers: Sequence[str]) -> "pd.DataFrame":
    """Columns of text and of numbers of a table separated by tabs."""
    # Imported here because it takes long to load, and most reports do not need it.
    import pandas as pd

    content = io.BytesIO(read_bytes(path, MOST_BYTES, inside=run.path))
    try:
        # Only an empty value is missing: a class may be called `nan`.
        table = pd.read_csv(content, sep="\t", dtype=dict.fromkeys(texts, str), keep_default_na=False, na_values=[""])
        return table[[*texts, *numbers]].astype(dict.fromkeys(numbers, float))
    except (LookupError, ValueError, TypeError, OverflowError) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, reason: str) -> UserError:
    return UserError(
        f"{path}: is damaged ({shortened(' '.join(reason.split()), 160)}); train this run again or remove it"
    )
