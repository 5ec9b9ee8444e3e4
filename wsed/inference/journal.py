"""The record of finished recordings in an output folder, which lets a command go on where it was stopped."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pydantic
from annotated_types import Interval, Len

from wsed.checks.files import exists, open_regular
from wsed.inference.detected import Detected
from wsed.inference.inputs import Input

LONGEST = 2**28
"""Bytes of the longest line that is read."""

Time = Annotated[float, Interval(ge=0, le=1e9)]
Event = tuple[Time, Time, str, Annotated[float, Interval(ge=0, le=1)], int | None]


class Entry(pydantic.BaseModel):
    """One line: a finished recording, and what it was made with.

    Attributes:
        name: see `Input`.
        size: bytes of the file.
        modified: time of its last change in nanoseconds.
        options: identifies model and options, see `options_digest`.
        duration: seconds.
        sample_rate: Hz.
        channels: whether the events have channels.
        events: onset, offset, class, score and channel of each.
    """

    name: Annotated[str, Len(1, 4096)]
    size: int
    modified: int
    options: Annotated[str, Len(1, 1000)]
    duration: Time
    sample_rate: Annotated[int, Interval(ge=1, le=10**6)]
    channels: bool
    events: list[Event]


class Journal:
    """Appends a line for each finished recording; a line that was not written to its end counts for nothing.

    Args:
        path: the file.
        options: identifies the model and the options; recordings that were finished with others count for nothing.
        labels: event classes in the order of the `class` axis.
    """

    def __init__(self, path: Path, options: str, labels: tuple[str, ...]) -> None:
        self.path = path
        self.options = options
        self.labels = labels
        self._places: dict[str, tuple[int, int, int]] = {}
        for place, entry in self._entries():
            if entry.options == options:
                self._places[entry.name] = (place, entry.size, entry.modified)
            else:
                # Its files have been overwritten since.
                self._places.pop(entry.name, None)

    def has(self, each: Input) -> bool:
        """Whether a recording is finished, and its file is the same as then."""
        try:
            status = each.path.stat()
        except OSError:
            return False
        return self._places.get(each.name, ())[1:] == (status.st_size, status.st_mtime_ns)

    def add(self, each: Input, detected: Detected) -> None:
        """Records that a recording is finished."""
        status = each.path.stat()
        entry = Entry(
            name=each.name,
            size=status.st_size,
            modified=status.st_mtime_ns,
            options=self.options,
            duration=detected.duration,
            sample_rate=detected.sample_rate,
            channels=detected.by_channel,
            events=list(detected.rows()),
        )
        with self.path.open("ab") as file:
            # Behind a line that was not written to its end.
            start = file.tell()
            file.write(b"\n" + entry.model_dump_json().encode() + b"\n")
        self._places[each.name] = (start + 1, entry.size, entry.modified)

    def detected(self, names: list[str]) -> Iterator[Detected]:
        """Yields what was detected in the recordings of these names that are finished, in their order."""
        if not exists(self.path):
            return
        with open_regular(self.path) as file:
            for name in names:
                if name in self._places:
                    file.seek(self._places[name][0])
                    yield self._detected(Entry.model_validate_json(file.readline(LONGEST)))

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        if not exists(self.path):
            return
        with open_regular(self.path) as file:
            place = 0
            while line := file.readline(LONGEST):
                with suppress(ValueError):
                    yield place, Entry.model_validate_json(line)
                place += len(line)

    def _detected(self, entry: Entry) -> Detected:
        columns = ["onset", "offset", "event_label", "score", "channel"]
        events = pd.DataFrame(entry.events, columns=columns)
        if not entry.channels:
            events = events.drop(columns="channel")
        return Detected(entry.name, events, self.labels, entry.duration, entry.sample_rate)


def options_digest(**options: Any) -> str:
    """A text of fixed length that is the same for the same options; thresholds by class can be long."""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()
