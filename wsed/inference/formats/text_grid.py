"""TextGrids of Praat."""

import re
from collections.abc import Iterator
from typing import ClassVar

from wsed.inference.detected import Detected
from wsed.inference.formats.base import EventFormat, decimal, why_not_one_line
from wsed.inference.formats.label_text import why_not_with_channel, with_channel

_KEYWORD = re.compile(r"(item|intervals) ?\[|ooTextFile short")
"""What readers that are simpler than Praat, such as praatio, take for a part of the file itself."""

_Intervals = list[tuple[str, str, str]]


class TextGrid(EventFormat):
    """A TextGrid of Praat with a tier for each event class, also for one without events.

    The text of an interval is the score of the event, and empty between events. Events in a channel above 1 have a tier
    of their own, such as `Dog (channel 2)`. Not written by praatio, since it cannot read the 5e-05 that it writes.
    """

    name: ClassVar[str] = "textgrid"
    suffix: ClassVar[str] = ".TextGrid"

    def text(self, detected: Detected) -> str:
        tiers: dict[str, _Intervals] = {label: [] for label in detected.labels}
        for event in sorted(detected.rows(), key=lambda event: event.onset):
            tier = tiers.setdefault(with_channel(event.event_label, event.channel), [])
            tier.append((decimal(event.onset), decimal(event.offset), decimal(event.score)))
        end = decimal(detected.duration)
        lines = [
            'File type = "ooTextFile"',
            'Object class = "TextGrid"',
            "",
            "xmin = 0",
            f"xmax = {end}",
            "tiers? <exists>",
            f"size = {len(tiers)}",
            "item []:",
        ]
        for number, (name, events) in enumerate(tiers.items(), 1):
            lines += [f"    item [{number}]:", *_tier(name, _filled(events, end), end)]
        return "\n".join(lines) + "\n"

    def why_not_label(self, label: str) -> str | None:
        if _KEYWORD.search(label):
            return "has a keyword of such files"
        return why_not_one_line(label) or why_not_with_channel(label)


def _filled(events: _Intervals, end: str) -> _Intervals:
    """The events of a tier and the gaps around them: intervals from 0 to the end, as Praat needs them."""
    filled: _Intervals = []
    previous = decimal(0)
    for onset, offset, text in events:
        if onset != previous:
            filled.append((previous, onset, ""))
        filled.append((onset, offset, text))
        previous = offset
    if previous != end:
        filled.append((previous, end, ""))
    return filled


def _tier(name: str, intervals: _Intervals, end: str) -> Iterator[str]:
    """The lines of a tier. Inside of a text, a double quote is written twice."""
    doubled = name.replace('"', '""')
    yield '        class = "IntervalTier"'
    yield f'        name = "{doubled}"'
    yield "        xmin = 0"
    yield f"        xmax = {end}"
    yield f"        intervals: size = {len(intervals)}"
    for number, (start, stop, text) in enumerate(intervals, 1):
        yield f"        intervals [{number}]:"
        yield f"            xmin = {start}"
        yield f"            xmax = {stop}"
        yield f'            text = "{text}"'
