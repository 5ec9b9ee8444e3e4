"""The dataset of annotated recordings, all cropped or padded to one length."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from wsed.data.audio.cache import as_float
from wsed.data.batch import Batch
from wsed.data.corpora.base import Clip, check_events
from wsed.data.datasets.base import Key
from wsed.prediction import Event


@dataclass
class RecordingDataset:
    """Recordings that are cropped to one length, or padded at the end with zeros.

    Events beyond this length are cropped as well. Tags stay, because nothing tells where in the recording a class is.

    Args:
        clips: annotated recordings.
        waveforms: waveform of each clip, `(samples,)`, as returned by `AudioCache`.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        samples: number of samples of every clip.

    Raises:
        UserError: an event is beyond the end of its recording.
    """

    clips: Sequence[Clip]
    waveforms: Sequence[Tensor]
    labels: Sequence[str]
    sample_rate: int
    samples: int

    def __post_init__(self) -> None:
        for clip, waveform in zip(self.clips, self.waveforms, strict=True):
            check_events(clip, len(waveform) / self.sample_rate)

    def __len__(self) -> int:
        return len(self.clips)

    def tags(self, epoch: int) -> list[set[str]]:
        return [set(clip.tags) for clip in self.clips]

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        clips = [self.clips[index] for _, index in keys]
        waveform = torch.zeros(len(keys), self.samples)
        lengths = torch.zeros(len(keys), dtype=torch.int64)
        for place, (_, index) in enumerate(keys):
            cropped = as_float(self.waveforms[index][: self.samples])
            waveform[place, : len(cropped)] = cropped
            lengths[place] = len(cropped)
        return Batch(
            filenames=[clip.filename for clip in clips],
            waveform=waveform,
            weak=torch.tensor([[float(label in clip.tags) for label in self.labels] for clip in clips]),
            background=torch.ones(len(keys)),
            events=[self._events(clip, int(length)) for clip, length in zip(clips, lengths, strict=True)],
            plans=[],
            lengths=lengths if (lengths < self.samples).any() else None,
            has_strong=torch.tensor([clip.events is not None for clip in clips]),
        )

    def _events(self, clip: Clip, length: int) -> list[Event]:
        """The events in the first `length` samples of a clip, cropped to them."""
        end = length / self.sample_rate
        return [
            Event(event.onset, min(event.offset, end), event.event_label)
            for event in clip.events or ()
            if event.onset < end
        ]
