"""Writes frame probabilities in the format of sed_scores_eval, a table for each clip."""

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
from torch import Tensor

TIMES_KEPT = 100
"""Number of clip lengths whose times are kept as text."""


class ScoreWriter:
    """Writes score tables: `onset`, `offset` in seconds, and a column for each class.

    Each number has the fewest digits that stand for the same 32-bit float. Writing is as fast as the largest test sets
    need: pandas takes twenty times as long.

    Args:
        labels: event classes in the order of the columns.
        frames_per_second: frame rate.
    """

    def __init__(self, labels: Sequence[str], frames_per_second: float) -> None:
        header = io.StringIO()
        csv.writer(header, delimiter="\t", lineterminator="\n").writerow(["onset", "offset", *labels])
        self.header = header.getvalue().encode()
        self.frames_per_second = frames_per_second
        self._beginnings = lru_cache(TIMES_KEPT)(self._times)

    def write(self, path: Path, frame_probs: Tensor) -> None:
        """Writes the table of a clip.

        Args:
            path: path of the file.
            frame_probs: `(class, time)`, 32-bit floats; what is not a number becomes an empty value.
        """
        values = np.ascontiguousarray(frame_probs.numpy().T)
        # [[0.1,0.2],[0.3,0.4]], with null for what is not a number.
        text = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY).replace(b"null", b"")
        rows = text[2:-2].replace(b",", b"\t").split(b"]\t[") if len(values) else []
        lines = (begin + row for begin, row in zip(self._beginnings(len(values)), rows, strict=True))
        path.write_bytes(self.header + b"\n".join(lines) + b"\n" * bool(rows))

    def _times(self, frames: int) -> list[bytes]:
        """The beginning of each row, with the times of its frame."""
        times = (np.arange(frames + 1) / self.frames_per_second).tolist()
        return [f"{onset!r}\t{offset!r}\t".encode() for onset, offset in pairwise(times)]
