"""JSON Lines: one object for each event."""

import json
from typing import ClassVar

from wsed.inference.detected import Detected, DetectedEvent
from wsed.inference.formats.base import decimal
from wsed.inference.formats.combined import CombinableFormat


class JsonLines(CombinableFormat):
    """Lines of JSON, each an event: filename, onset, offset, event_label, score, and channel where there are channels.

    Any name can be written. A recording without events has no line.
    """

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl"
    header: ClassVar[str] = ""

    def rows(self, detected: Detected, written: int, start: float) -> str:
        filename = json.dumps(detected.filename)
        return "".join(f"{{{_members(filename, event)}}}\n" for event in detected.rows())


def _members(filename: str, event: DetectedEvent) -> str:
    """The members of the object of one event; json.dumps would write small numbers with an exponent."""
    members = {
        "filename": filename,
        "onset": decimal(event.onset),
        "offset": decimal(event.offset),
        "event_label": json.dumps(event.event_label),
        "score": decimal(event.score),
    }
    if event.channel is not None:
        members["channel"] = str(event.channel)
    return ", ".join(f'"{key}": {value}' for key, value in members.items())
