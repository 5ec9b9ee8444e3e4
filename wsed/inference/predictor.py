"""Predicts recordings of any length: window by window, in batches, and joined again."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from wsed.inference.trained import Trained
from wsed.inference.windows import CrossFade, Window, WindowCutter
from wsed.postprocessing.base import Postprocessing


@dataclass(frozen=True)
class Frames:
    """The next frames of a signal.

    Attributes:
        probs: `(class, time)` in [0, 1], frame probabilities.
        scores: `(class, time)` in [0, 1], the same after calibration, which thresholds apply to.
        tags: `(class, time)` in [0, 1], the probability of the clip around each frame.
        masks: `(class, time, freq)` in [0, 1], or None if they were not asked for.
    """

    probs: Tensor
    scores: Tensor
    tags: Tensor
    masks: Tensor | None


@dataclass
class Signal:
    """One mono signal on its way through a predictor.

    Attributes:
        receive: called with the frames, in their order, as soon as they are known.
        end: called after the last frames.
    """

    receive: Callable[[Frames], None]
    end: Callable[[], None]
    cutter: WindowCutter
    fades: tuple[CrossFade, CrossFade]
    waiting: int = 0
    complete: bool = False
    cancelled: bool = False


@dataclass
class Predictor:
    """Collects windows of one length from any number of signals, and predicts them in batches.

    A clip, to which a system assigns tags and over which its pooling runs, is a window of the length that the system
    was trained with.

    Args:
        system: the system, in evaluation mode.
        postprocessing: calibrates the frame probabilities of each window.
        clip_seconds: length of a window in seconds.
        overlap: share of a window that the next one overlaps, from 0 to 0.5.
        batch_size: number of windows in a batch.
        with_masks: whether masks are needed.
        precision: of the network, as in Lightning: `32-true`, `bf16-mixed`, ...
    """

    system: Trained
    postprocessing: Postprocessing
    clip_seconds: float
    overlap: float = 0.5
    batch_size: int = 8
    with_masks: bool = False
    precision: str = "32-true"
    _waiting: list[tuple[Signal, Window]] = field(default_factory=list)

    def signal(self, receive: Callable[[Frames], None], end: Callable[[], None]) -> Signal:
        """A new signal, whose samples are then given to `push`."""
        features = self.system.features
        frames = max(1, features.frames(round(self.clip_seconds * features.sample_rate)))
        stride = math.ceil(frames * (1 - self.overlap))
        reach = self.system.reach
        # Without an end to its reach, a network is at its best in the middle of a window.
        fades = tuple(CrossFade(frames, stride, 0 if reach is None else reach) for _ in range(2))
        cutter = WindowCutter(frames, stride, features.hop, features.window_size, self.system.time_reduction)
        return Signal(receive, end, cutter, (fades[0], fades[1]))

    def push(self, signal: Signal, samples: Tensor) -> None:
        """Adds the next samples of a signal, `(samples,)` at the sample rate of the system."""
        for window in signal.cutter.push(samples):
            self._submit(signal, window)

    def finish(self, signal: Signal) -> None:
        """Ends a signal. Its last frames may wait until a batch is full; `flush` predicts them at once."""
        for window in signal.cutter.finish():
            self._submit(signal, window)
        signal.complete = True
        self._end_if_done(signal)

    def cancel(self, signal: Signal) -> None:
        """Drops what is left of a signal."""
        signal.cancelled = True
        self._waiting = [(owner, window) for owner, window in self._waiting if owner is not signal]

    def flush(self) -> None:
        """Predicts all windows that wait for a batch to be full."""
        waiting, self._waiting = self._waiting, []
        while waiting:
            size = len(waiting[0][1].samples)
            count = next((place for place, (_, window) in enumerate(waiting) if len(window.samples) != size), None)
            self._predict(waiting[:count])
            waiting = [] if count is None else waiting[count:]

    def _submit(self, signal: Signal, window: Window) -> None:
        signal.waiting += 1
        self._waiting.append((signal, window))
        if len(self._waiting) >= self.batch_size:
            self.flush()

    @torch.inference_mode()
    def _predict(self, batch: list[tuple[Signal, Window]]) -> None:
        waveform = torch.stack([window.samples for _, window in batch]).to(self.system.device)
        half = self.precision.removesuffix("-mixed")
        dtype = {"bf16": torch.bfloat16, "16": torch.float16}.get(half)
        with torch.autocast(waveform.device.type, dtype, enabled=dtype is not None):
            prediction = self.system(waveform)
        probs, tags = prediction.frame_probs.float().cpu(), prediction.clip_probs.float().cpu()
        scores = self.postprocessing.calibrate(probs, tags, self.system.labels)
        frames = torch.stack([probs, scores, tags[:, :, None].expand_as(probs)], 1)
        masks: Sequence[Tensor | None] = [None] * len(batch)
        if self.with_masks:
            assert prediction.masks is not None
            masks = list(prediction.masks.float().cpu().transpose(2, 3))
        for (signal, window), values, mask in zip(batch, frames, masks, strict=True):
            if not signal.cancelled:
                self._receive(signal, window, values, mask)

    def _receive(self, signal: Signal, window: Window, values: Tensor, masks: Tensor | None) -> None:
        signal.waiting -= 1
        finished = signal.fades[0].add(window.first, values, window.last)
        mask = None if masks is None else signal.fades[1].add(window.first, masks, window.last).transpose(1, 2)
        if finished.shape[-1]:
            probs, scores, tags = finished
            signal.receive(Frames(probs, scores, tags, mask))
        self._end_if_done(signal)

    def _end_if_done(self, signal: Signal) -> None:
        if signal.complete and not signal.waiting and not signal.cancelled:
            signal.complete = False
            masks = signal.fades[1].finish().transpose(1, 2) if self.with_masks else None
            probs, scores, tags = signal.fades[0].finish()
            signal.receive(Frames(probs, scores, tags, masks))
            signal.end()
