"""The scores of the frames of all clips in one array."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FrameScores:
    """The scores of the frames of all clips, one clip behind the other.

    Attributes:
        labels: event classes in the order of the `class` axis.
        filenames: names of the clips.
        starts: `(clip + 1,)`, the first frame of each clip, and the number of all frames.
        onsets: `(frame,)`, the beginning of each frame in seconds from that of its clip.
        offsets: `(frame,)`, the end of each frame.
        values: `(class, frame)`, 32-bit or 64-bit floats as in the tables.
    """

    labels: tuple[str, ...]
    filenames: tuple[str, ...]
    starts: NDArray[np.int64]
    onsets: Array
    offsets: Array
    values: NDArray[np.floating]

    @property
    def clip(self) -> NDArray[np.int32]:
        """`(frame,)`, the index of the clip that a frame belongs to."""
        return np.repeat(np.arange(len(self.filenames), dtype=np.int32), np.diff(self.starts))

    def part(self, first: int, last: int) -> "FrameScores":
        """Some clips, from one to before another."""
        frames = slice(self.starts[first], self.starts[last])
        starts = self.starts[first : last + 1] - self.starts[first]
        times = self.onsets[frames], self.offsets[frames]
        return FrameScores(self.labels, self.filenames[first:last], starts, *times, self.values[:, frames])

    def edges(self, clip: int) -> Array:
        """`(time + 1,)`, the beginning of each frame of a clip, and the end of its last frame."""
        frames = slice(self.starts[clip], self.starts[clip + 1])
        return np.append(self.onsets[frames], self.offsets[frames][-1:])


def frame_scores(scores: Mapping[str, pd.DataFrame], filenames: Sequence[str], labels: Sequence[str]) -> FrameScores:
    """Joins the score tables of clips.

    Args:
        scores: frame probabilities of each clip by filename, `onset offset` and a column for each class.
        filenames: names of the clips to join.
        labels: event classes to join.

    Raises:
        ValueError: a frame does not end where the next one begins.
        LookupError: a class has no scores.
    """
    tables = [scores[filename] for filename in filenames]
    starts = np.concatenate([[0], np.cumsum([len(table) for table in tables])])
    onsets, offsets = (
        np.concatenate([table[name].to_numpy(float) for table in tables]) for name in ("onset", "offset")
    )
    kind = np.result_type(*{dtype for table in tables for dtype in table.dtypes.iloc[2:]})
    values = np.empty((len(labels), len(onsets)), np.float32 if kind == np.float32 else np.float64)
    for table, start, end in zip(tables, starts, starts[1:], strict=False):
        places = table.columns.get_indexer(pd.Index(labels))
        if (places < 0).any():
            raise LookupError(f"there are no scores of {labels[int(np.argmin(places))]}")
        values[:, start:end] = table.to_numpy()[:, places].T
    last = np.zeros(len(onsets), bool)
    last[starts[1:] - 1] = True
    if (onsets[1:] != offsets[:-1])[~last[:-1]].any():
        raise ValueError("a frame does not end where the next one begins")
    return FrameScores(tuple(labels), tuple(filenames), starts, onsets, offsets, values)
