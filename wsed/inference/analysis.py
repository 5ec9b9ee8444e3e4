"""One recording on its way through a predictor: from samples to detections, and to sources."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch

from wsed.data.audio.streams import AudioStream, Channels, Resampler, Samples, pick_channels
from wsed.features.base import SpectralFeatures
from wsed.inference.detection import Detection
from wsed.inference.overview import Overview
from wsed.inference.predictor import Frames, Predictor
from wsed.inference.separator import Separator, Written
from wsed.postprocessing.base import Postprocessing


class Analysis:
    """Reads a recording, predicts it and, if `write` is given, separates it.

    Args:
        predictor: the predictor, which may serve other recordings at the same time.
        recording: the recording; it is read by `read`.
        channels: the channels that are predicted. Sources are always separated for all channels.
        ended: called with this object once all frames are predicted: in `read`, in that of another recording, or in
            `predictor.flush`.
        write: takes the sources, see `Separator`; None for no separation.
        progress: called with the seconds of each piece that was read.
        overview: gets the first predicted channel, for a picture of the recording.
        received: called with the frames of every predicted channel, as they are known.

    Attributes:
        detections: what was predicted, for each predicted channel.
        seconds: how much was read.
    """

    def __init__(
        self,
        predictor: Predictor,
        recording: AudioStream,
        channels: Channels,
        ended: Callable[["Analysis"], None] = lambda analysis: None,
        write: Written | None = None,
        progress: Callable[[float], None] = lambda seconds: None,
        overview: Overview | None = None,
        received: Callable[[Frames], None] = lambda frames: None,
    ) -> None:
        system = predictor.system
        self.predictor = predictor
        self.recording = recording
        self.channels = channels
        self.ended = ended
        self.progress = progress
        self.overview = overview
        self.received = received
        self.seconds = 0.0
        count = recording.channels if channels == "each" else 1
        self.detections = [Detection(system.labels, system.features.frames_per_second) for _ in range(count)]
        self.separator = None
        rates = (recording.sample_rate, system.features.sample_rate)
        if write is not None:
            assert isinstance(system.features, SpectralFeatures)
            self.separator = Separator(system.features.mel, len(system.labels), recording.channels, rates, write)
        self._resampler = Resampler(*rates, recording.channels)
        self._signals = [predictor.signal(self._receiver(detection), self._end) for detection in self.detections]
        self._open = count

    def read(self) -> None:
        """Reads the recording to its end.

        Raises:
            UserError: the recording cannot be read; what was predicted so far is dropped.
        """
        try:
            for samples in self.recording.pieces:
                seconds = samples.shape[1] / self.recording.sample_rate
                self.seconds += seconds
                self._push(samples, self._resampler.push(samples))
                self.progress(seconds)
            nothing = np.zeros((self.recording.channels, 0), np.float32)
            self._push(nothing, self._resampler.push(nothing, last=True))
        except BaseException:
            self.close()
            raise
        for signal in self._signals:
            self.predictor.finish(signal)

    def events(self, postprocessing: Postprocessing, classes: Sequence[str] | None = None) -> pd.DataFrame:
        """The events, once all frames are predicted.

        Args:
            postprocessing: turns scores into events.
            classes: the classes that are wanted; None for all.

        Returns:
            `onset offset event_label score` in the order of the onsets, and `channel` from 1 if channels are `each`.
        """
        tables = [detection.events(postprocessing, classes) for detection in self.detections]
        events = tables[0]
        if self.channels == "each":
            numbered = [table.assign(channel=number) for number, table in enumerate(tables, 1)]
            events = pd.concat(numbered).sort_values(["onset", "offset", "channel"], ignore_index=True)
        # A short recording is padded with zeros, and its last frame may end in them.
        events = events[events["onset"] < self.seconds].reset_index(drop=True)
        return events.assign(offset=events["offset"].clip(upper=self.seconds))

    def close(self) -> None:
        """Drops what waits in the predictor, and frees the disk."""
        for signal in self._signals:
            self.predictor.cancel(signal)
        for detection in self.detections:
            detection.close()

    def _push(self, samples: Samples, resampled: Samples) -> None:
        if self.separator is not None:
            self.separator.push(samples, resampled)
        picked = pick_channels(resampled, self.channels, self.recording.name)
        if self.overview is not None:
            self.overview.push(picked[0])
        for signal, mono in zip(self._signals, picked, strict=True):
            self.predictor.push(signal, torch.from_numpy(np.ascontiguousarray(mono)))

    def _receiver(self, detection: Detection) -> Callable[[Frames], None]:
        def receive(frames: Frames) -> None:
            detection.receive(frames)
            self.received(frames)
            if self.separator is not None:
                assert frames.masks is not None
                self.separator.receive(frames.masks)

        return receive

    def _end(self) -> None:
        self._open -= 1
        if not self._open:
            if self.separator is not None:
                self.separator.finish()
            self.ended(self)
