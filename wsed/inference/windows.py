"""Overlapping windows of a long recording, and the joining of what was predicted for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

LEAST = 1e-9
"""Weight at the edges of a window; float32 does not notice it beside a weight of 1."""


@dataclass(frozen=True)
class Window:
    """A part of a recording that a system predicts at once.

    Attributes:
        first: its first frame, counted from the beginning of the recording.
        samples: `(samples,)`, those that its frames cover.
        last: whether it is known to end with the recording.
    """

    first: int
    samples: Tensor
    last: bool = False


class WindowCutter:
    """Cuts a recording, which comes in pieces, into overlapping windows.

    The last window ends with the last frame of the recording, and overlaps the one before more than the others. A
    recording that is shorter than a window is one window. It is padded with zeros if it has too few frames.

    Args:
        frames: frames of a window.
        stride: frames between the starts of consecutive windows, at least half of `frames` and at most all.
        hop: samples between the starts of consecutive frames.
        frame_size: samples of a frame.
        fewest: frames of the shortest window.
    """

    def __init__(self, frames: int, stride: int, hop: int, frame_size: int, fewest: int = 1) -> None:
        self.frames = frames
        self.stride = stride
        self.hop = hop
        self.frame_size = frame_size
        self.fewest = fewest
        self._kept = torch.zeros(0)
        self._start = 0
        self._next = 0

    def push(self, samples: Tensor) -> Iterator[Window]:
        """Yields the windows that end in the next piece of the recording, `(samples,)`."""
        self._kept = torch.cat([self._kept, samples])
        while self._next * self.hop + self._size(self.frames) <= self._start + len(self._kept):
            yield self._window(self._next, self.frames)
            self._next += self.stride

    def finish(self) -> Iterator[Window]:
        """Yields the last window, unless the one before ends with the recording."""
        total = (self._start + len(self._kept) - self.frame_size) // self.hop + 1
        if total < self.fewest:
            samples = torch.zeros(self._size(self.fewest))
            samples[: len(self._kept)] = self._kept
            yield Window(0, samples, last=True)
        elif self._next == 0:
            yield self._window(0, total, last=True)
        elif total > self._next - self.stride + self.frames:
            yield self._window(total - self.frames, self.frames, last=True)

    def _size(self, frames: int) -> int:
        """Number of samples that frames cover."""
        return (frames - 1) * self.hop + self.frame_size

    def _window(self, first: int, frames: int, last: bool = False) -> Window:
        # The last window may begin anywhere behind the beginning of this one.
        self._kept = self._kept[first * self.hop - self._start :]
        self._start = first * self.hop
        return Window(first, self._kept[: self._size(frames)].clone(), last)


class CrossFade:
    """Joins the predictions of overlapping windows: each frame is a weighted mean, and no frame belongs to one alone.

    Weights rise from one edge of the overlap to the other. They are 0 at the `reach` frames next to an edge of a window
    inside the recording, which a longer window would predict differently. So a system that sees `reach` frames on each
    side, and needs nothing else of the clip, gives the same as in one pass over the whole recording if the overlap is
    above `2 * reach`.

    Args:
        frames: frames of a window.
        stride: frames between the starts of consecutive windows, at least half of `frames` and at most all.
        reach: frames before and after a frame that its prediction depends on.
    """

    def __init__(self, frames: int, stride: int, reach: int) -> None:
        overlap = frames - stride
        unused = min(reach, max(0, (overlap - 1) // 2))
        edge = (torch.arange(frames) + 1 - unused) / max(1, overlap - 2 * unused + 1)
        self._rising = edge.clamp(LEAST, 1) if overlap else torch.ones(frames)
        self._sum: Tensor | None = None
        self._weight = torch.zeros(0)
        self._start = 0

    def add(self, first: int, values: Tensor, last: bool = False) -> Tensor:
        """Adds the next window.

        Args:
            first: its first frame in the recording.
            values: `(..., time)`.
            last: see `Window`.

        Returns:
            The frames before this window that were not returned yet, `(..., time)`; no further window changes them.
        """
        if self._sum is None:
            self._sum = values[..., :0]
        finished = self._take(first - self._start)
        count = values.shape[-1]
        missing = count - self._sum.shape[-1]
        self._sum = functional.pad(self._sum, (0, missing))
        self._weight = functional.pad(self._weight, (0, missing))
        weights = torch.ones(count)
        if first:
            weights = torch.minimum(weights, self._rising[:count])
        if not last:
            weights = torch.minimum(weights, self._rising.flip(0)[-count:])
        self._sum += weights * values
        self._weight += weights
        return finished

    def finish(self) -> Tensor:
        """The remaining frames, `(..., time)`."""
        return self._take(len(self._weight))

    def _take(self, count: int) -> Tensor:
        assert self._sum is not None
        taken = self._sum[..., :count] / self._weight[:count]
        self._sum, self._weight = self._sum[..., count:], self._weight[count:]
        self._start += count
        return taken
