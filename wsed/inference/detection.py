"""From the frames of a signal to its events and scores."""

import tempfile
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from wsed.inference.predictor import Frames
from wsed.postprocessing.base import Postprocessing

BLOCK = 2**16
"""Number of frames that are read at once."""

KINDS = ("probs", "scores", "tags")


class Detection:
    """Keeps what was predicted for each frame in a temporary file, so that the memory does not grow with the length.

    Args:
        labels: event classes in the order of the `class` axis.
        frames_per_second: frame rate.
    """

    def __init__(self, labels: Sequence[str], frames_per_second: float) -> None:
        self.labels = tuple(labels)
        self.frames_per_second = frames_per_second
        self.frames = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`

    def receive(self, frames: Frames) -> None:
        """Adds the next frames."""
        rows = torch.stack([frames.probs, frames.scores, frames.tags]).permute(2, 0, 1).contiguous()
        self._file.write(rows.numpy().tobytes())
        self.frames += len(rows)

    def events(self, postprocessing: Postprocessing, classes: Sequence[str] | None = None) -> pd.DataFrame:
        """The events, in the order of their onsets.

        Args:
            postprocessing: turns scores into events.
            classes: the classes that are wanted; None for all.

        Returns:
            `onset offset event_label score`; times in seconds, and the score of an event is the largest probability
            of the clip around any of its frames.
        """
        tables = [self._events(postprocessing, label) for label in self.labels if classes is None or label in classes]
        events = pd.concat(tables, ignore_index=True) if tables else self._table([], "", np.zeros(0))
        return events.sort_values(["onset", "offset", "event_label"], ignore_index=True)

    def probabilities(self) -> Iterator[pd.DataFrame]:
        """Yields frame probabilities in the format of sed_scores_eval, `onset offset` and a column for each class."""
        for first, block in self._blocks():
            times = np.arange(first, first + len(block) + 1) / self.frames_per_second
            table = pd.DataFrame(block[:, KINDS.index("probs")], columns=list(self.labels))
            table.insert(0, "onset", times[:-1])
            table.insert(1, "offset", times[1:])
            yield table

    def close(self) -> None:
        """Frees the disk."""
        self._file.close()

    def _events(self, postprocessing: Postprocessing, label: str) -> pd.DataFrame:
        scores, tags = self._of_class(label)
        times = np.arange(len(scores) + 1) / self.frames_per_second
        table = pd.DataFrame({"onset": times[:-1], "offset": times[1:], label: scores})
        found = postprocessing.events({"": table}).dropna()
        first = np.searchsorted(times, found["onset"].to_numpy(float) - 1e-9)
        last = np.searchsorted(times, found["offset"].to_numpy(float) - 1e-9)
        highest = [tags[start:end].max() for start, end in zip(first, last, strict=True)]
        return self._table(found[["onset", "offset"]].to_numpy(float), label, np.array(highest, float))

    @staticmethod
    def _table(times: object, label: str, scores: NDArray[np.float64]) -> pd.DataFrame:
        onsets, offsets = np.asarray(times, float).reshape(-1, 2).T
        return pd.DataFrame({"onset": onsets, "offset": offsets, "event_label": label, "score": scores}).astype(
            {"event_label": object}
        )

    def _of_class(self, label: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores and tags of a class, `(time,)` each."""
        place = self.labels.index(label)
        parts = [block[:, 1:, place].astype(float) for _, block in self._blocks()]
        scores, tags = np.concatenate(parts).T if parts else np.zeros((2, 0))
        return scores, tags

    def _blocks(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yields the first frame and the values of each block, `(time, kind, class)`."""
        size = len(KINDS) * len(self.labels)
        self._file.seek(0)
        for first in range(0, self.frames, BLOCK):
            rows = min(BLOCK, self.frames - first)
            values = np.frombuffer(self._file.read(rows * size * 4), np.float32)
            yield first, values.reshape(rows, len(KINDS), len(self.labels))
