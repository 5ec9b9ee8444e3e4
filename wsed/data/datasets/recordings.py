"""Annotated recordings as a set of clips of one length."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from wsed.data.audio.cache import as_float
from wsed.data.batch import Batch
from wsed.data.corpora.base import Clip
from wsed.data.datasets.base import Key
from wsed.errors import UserError
from wsed.prediction import Event

TOLERANCE = 0.5
"""Seconds by which an event may end after its recording: published annotation is rounded."""


@dataclass
class RecordingDataset:
    """Recordings, cut to a length or padded to it with zeros behind them.

    An event beyond the length is cut as well; tags stay, for nothing says where in the recording they are from.

    Args:
        clips: annotated recordings.
        waveforms: of each, `(samples,)`, as `AudioCache` has them.
        labels: event classes in the order of the `class` axis.
        sample_rate: Hz.
        samples: length of a clip.

    Raises:
        UserError: an event that does not lie in its recording.
    """

    clips: Sequence[Clip]
    waveforms: Sequence[Tensor]
    labels: Sequence[str]
    sample_rate: int
    samples: int

    def __post_init__(self) -> None:
        self.strong = all(clip.events is not None for clip in self.clips)
        for clip, waveform in zip(self.clips, self.waveforms, strict=True):
            check_events(clip, len(waveform) / self.sample_rate)

    def __len__(self) -> int:
        return len(self.clips)

    def tags(self, epoch: int) -> list[set[str]]:
        return [set(clip.tags) for clip in self.clips]

    def __getitem__(self, keys: Sequence[Key]) -> Batch:
        chosen = [self.clips[index] for _, index in keys]
        waveform = torch.zeros(len(keys), self.samples)
        lengths = torch.zeros(len(keys), dtype=torch.int64)
        for place, (_, index) in enumerate(keys):
            own = as_float(self.waveforms[index][: self.samples])
            waveform[place, : len(own)] = own
            lengths[place] = len(own)
        return Batch(
            filenames=[clip.filename for clip in chosen],
            waveform=waveform,
            weak=torch.tensor([[float(label in clip.tags) for label in self.labels] for clip in chosen]),
            background=torch.ones(len(keys)),
            events=[self._events(clip, int(length)) for clip, length in zip(chosen, lengths, strict=True)],
            plans=[],
            lengths=lengths if (lengths < self.samples).any() else None,
            strong=self.strong,
        )

    def _events(self, clip: Clip, length: int) -> list[Event]:
        end = length / self.sample_rate
        return [
            Event(event.onset, min(event.offset, end), event.event_label)
            for event in clip.events or ()
            if event.onset < end
        ]


def check_events(clip: Clip, seconds: float) -> None:
    """Refuses an event that does not lie in its recording.

    Args:
        clip: with its events.
        seconds: that its recording has.

    Raises:
        UserError: naming file and row.
    """
    for event in clip.events or ():
        if event.onset >= seconds or event.offset > seconds + TOLERANCE:
            raise UserError(
                f"{clip.where(event.event_label, event)}: {event.event_label} from {event.onset:g} to "
                f"{event.offset:g} s is beyond the {seconds:g} s of {clip.filename}; correct the row"
            )
