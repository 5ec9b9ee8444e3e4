"""What was detected in one recording, as the file formats take it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("onset", "offset", "event_label", "score")

DECIMALS = 6
"""Digits after the point of times and scores in files; two samples of any recording have different times."""


class DetectedEvent(NamedTuple):
    """One event of a recording.

    Attributes:
        onset: seconds from the start of the recording.
        offset: seconds, above `onset`.
        event_label: the event class.
        score: confidence in [0, 1].
        channel: number of the channel from 1; None if channels were not analysed one by one.
    """

    onset: float
    offset: float
    event_label: str
    score: float
    channel: int | None


@dataclass(frozen=True, eq=False)
class Detected:
    """The events of one recording.

    Attributes:
        filename: name or path of the recording, as the user knows it.
        events: the columns `onset offset event_label score`, times in seconds and scores in [0, 1]; and `channel`, a
            whole number from 1, where channels are analysed one by one. Events of one class and channel do not overlap.
        labels: all event classes that the system can detect.
        duration: seconds of the recording, above 0; no event ends later.
        sample_rate: of the recording, in Hz.

    Raises:
        ValueError: the events break what is said above.
    """

    filename: str
    events: "pd.DataFrame"
    labels: Sequence[str]
    duration: float
    sample_rate: int

    def __post_init__(self) -> None:
        missing = [column for column in COLUMNS if column not in self.events]
        if missing:
            raise ValueError(f"events have no column {missing[0]}")
        unknown = set(self.events["event_label"]) - set(self.labels)
        if unknown:
            raise ValueError(f"events have the label {min(unknown)!r}, which is not among the labels")
        self._check_numbers()
        self._check_overlaps()

    def rows(self) -> Iterator[DetectedEvent]:
        """The events in the order of the table."""
        onsets, offsets, scores = (
            self.events[column].astype(float).tolist() for column in ("onset", "offset", "score")
        )
        channels = self.events["channel"].astype(int).tolist() if self.by_channel else [None] * len(self.events)
        return map(DetectedEvent, onsets, offsets, self.events["event_label"].tolist(), scores, channels)

    @property
    def by_channel(self) -> bool:
        """Whether channels were analysed one by one."""
        return "channel" in self.events

    def _check_numbers(self) -> None:
        """Checks times, scores and channels; a comparison with NaN is false."""
        if not self.duration > 0:
            raise ValueError(f"the duration is {self.duration}")
        onset, offset, score = (self.events[column].astype(float) for column in ("onset", "offset", "score"))
        # In files, both times are rounded.
        ordered = (onset >= 0) & (offset.round(DECIMALS) > onset.round(DECIMALS)) & (offset <= self.duration)
        if not ordered.all():
            raise ValueError(f"event {ordered.idxmin()} has times that are not 0 <= onset < offset <= {self.duration}")
        if not score.between(0, 1).all():
            raise ValueError("events have scores outside of [0, 1]")
        if self.by_channel and not self.events["channel"].map(lambda channel: channel == int(channel) >= 1).all():
            raise ValueError("events have channels that are not whole numbers from 1")

    def _check_overlaps(self) -> None:
        ends: dict[tuple[str, int | None], float] = {}
        for event in sorted(self.rows(), key=lambda event: event.onset):
            if event.onset < ends.get((event.event_label, event.channel), 0):
                raise ValueError("events of one class and channel overlap")
            ends[event.event_label, event.channel] = event.offset
